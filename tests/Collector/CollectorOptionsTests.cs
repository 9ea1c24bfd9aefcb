using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mayday.Collector.Tests;

public sealed class CollectorOptionsTests
{
    [Fact]
    public void Defaults_AreValid() => Assert.Empty(ValidateCollectorOptions.FindErrors(new CollectorOptions()));

    [Fact]
    public void Mistakes_AreToldAllAtOnceWithTheirKeys()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Collector:ListenAddress"] = "nowhere",
            ["Collector:Netoops:Port"] = "70000",
            ["Collector:Netoops:Quiet"] = "00:00:00",
            ["Collector:Netconsole:WindowBytes"] = "1",
            ["Collector:Receive:Shards"] = "0",
            ["Collector:Spool:MaxBytes"] = "5",
        }).Build();

        var errors = CollectorRegistration.ValidateOptions(configuration);

        Assert.Equal(6, errors.Count(error => error.StartsWith("Collector:", StringComparison.Ordinal)));
        foreach (var key in new[] { "ListenAddress", "Netoops:Port", "Netoops:Quiet", "Netconsole:WindowBytes", "Receive:Shards", "Spool:MaxBytes" })
        {
            Assert.Single(errors, error => error.StartsWith($"Collector:{key} ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void ValueOfTheWrongKind_IsAnErrorNotAnException()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Collector:Netoops:Port"] = "many" }).Build();

        Assert.Contains("Netoops:Port", Assert.Single(CollectorRegistration.ValidateOptions(configuration)));
    }

    [Fact]
    public void EveryOption_IsListedInTheOperationsGuide()
    {
        var guide = File.ReadAllText(Repository.Find("docs/operations.md"));

        Assert.All(Keys(typeof(CollectorOptions), "Collector"), key => Assert.Contains($"`{key}`", guide));
    }

    [Fact]
    public void EveryInstrument_IsListedInTheOperationsGuide()
    {
        var guide = File.ReadAllText(Repository.Find("docs/operations.md"));
        var names = new List<string>();
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            // Other tests make meters of the same name in this process, on threads of their own.
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    names.Add(instrument.Name);
                }
            },
        };
        listener.Start();
        using var counters = new CollectorCounters(meters);

        Assert.Contains("mayday.collector.datagrams.rejected", names);
        Assert.All(names, name => Assert.Contains($"`{name}`", guide));
    }

    private static IEnumerable<string> Keys(Type type, string prefix) => type.GetProperties().SelectMany(property =>
        property.PropertyType.Namespace == typeof(CollectorOptions).Namespace ? Keys(property.PropertyType, $"{prefix}:{property.Name}") : [$"{prefix}:{property.Name}"]);
}

internal static class Repository
{
    /// <summary>A file of the repository, found upwards from where the tests run.</summary>
    public static string Find(string path)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Mayday.slnx")))
            {
                return Path.Combine(directory.FullName, path);
            }
        }

        throw new DirectoryNotFoundException("No Mayday.slnx above " + AppContext.BaseDirectory);
    }
}

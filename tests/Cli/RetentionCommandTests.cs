using System.CommandLine;
using System.Diagnostics.Metrics;
using Mayday.Cli.Commands.Roles;
using Mayday.Hosting;
using Mayday.Hosting.Settings;
using Mayday.Store;
using Mayday.Store.Retention;
using Mayday.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Mayday.Cli.Tests;

/// <summary>Deleting old data: by hand, and each hour, with a clock that is in doubt.</summary>
public sealed class RetentionCommandTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_old = DateTimeOffset.UtcNow.AddDays(-100);

    private PostgresFixture _postgres = null!;

    private RetentionGuard Guard => new(_postgres.Source, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresFixture.CreateAsync();
        await new PartitionKeeper(_postgres.Source).MakeAheadAsync(s_old, default);
    }

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    [Fact]
    public async Task Retention_DryRun_ListsWhatWouldGoAndDropsNothing()
    {
        await HoldAsync();

        var (exitCode, output, error) = await RunAsync("--dry-run");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains($"crash_{s_old:yyyyMMdd}: 0 rows\n", output);
        Assert.Contains("Nothing was changed.", output);
        Assert.Contains("Nothing old is deleted now", error);
        Assert.True(await HasOldPartitionAsync());
        Assert.True((await Guard.ReadAsync(default)).IsHeld);
    }

    [Fact]
    public async Task Retention_Now_DropsAndTrustsTheClock()
    {
        await HoldAsync();

        var (exitCode, output, error) = await RunAsync("--now");

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Contains($"crash_{s_old:yyyyMMdd}: 0 rows\n", output);
        Assert.Contains(" partitions dropped, ", output);
        Assert.Empty(error);
        Assert.False(await HasOldPartitionAsync());
        Assert.False((await Guard.ReadAsync(default)).IsHeld);
    }

    [Theory]
    [InlineData()]
    [InlineData("--now", "--dry-run")]
    public async Task Retention_NeitherOrBoth_IsRefused(params string[] options)
    {
        var failure = await Assert.ThrowsAsync<PlainFailureException>(() => RunAsync(options));

        Assert.Equal(ExitCode.WrongUse, failure.ExitCode);
        Assert.True(await HasOldPartitionAsync());
    }

    [Fact]
    public async Task Upkeep_WhileHeld_DropsNothingAndItsMetricSaysSo()
    {
        await HoldAsync();
        await using (var held = StartUpkeep())
        {
            var upkeep = await StartAsync(held);
            await Patience.UntilAsync(() => ReadHeld(held) == 1);
            await upkeep.StopAsync(default);
            Assert.True(await HasOldPartitionAsync());
        }

        await Guard.TrustAsync(default);
        await using var trusted = StartUpkeep();
        var second = await StartAsync(trusted);
        await Patience.UntilAsync(() => !HasOldPartitionAsync().GetAwaiter().GetResult(), "the old partition is dropped");
        await second.StopAsync(default);
        Assert.Equal(0, ReadHeld(trusted));
    }

    /// <summary>As a start with the clock far from the last maintenance leaves it.</summary>
    private async Task HoldAsync()
    {
        await using var command = _postgres.Source.CreateCommand(
            """
            INSERT INTO maintenance (id, last_at, seen_at, held_since, steady_seconds)
            VALUES (1, now() - interval '50 days', now(), now(), 0)
            """);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<bool> HasOldPartitionAsync()
    {
        await using var command = _postgres.Source.CreateCommand($"SELECT to_regclass('crash_{s_old:yyyyMMdd}') IS NOT NULL");
        return await command.ExecuteScalarAsync() is true;
    }

    private ServiceProvider StartUpkeep() => new ServiceCollection()
        .AddLogging()
        .AddMetrics()
        .AddSingleton(new StoreOptions())
        .AddMaydayStore(_postgres.ConnectionString)
        .AddHostedService<PartitionUpkeep>()
        .BuildServiceProvider();

    private static async Task<IHostedService> StartAsync(ServiceProvider services)
    {
        var upkeep = services.GetServices<IHostedService>().Single();
        await upkeep.StartAsync(default);
        return upkeep;
    }

    private static int? ReadHeld(ServiceProvider services)
    {
        var meters = services.GetRequiredService<IMeterFactory>();
        int? value = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == "mayday.store.retention.held")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, measured, _, _) => value = measured);
        listener.Start();
        listener.RecordObservableInstruments();
        return value;
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] options)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var parsed = new RootCommand { RetentionCommand.Create() }.Parse(["retention", "--database", _postgres.ConnectionString, .. options]);
        Assert.Empty(parsed.Errors);
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (exitCode, output.ToString(), error.ToString());
    }
}

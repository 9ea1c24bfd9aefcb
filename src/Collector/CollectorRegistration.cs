using Mayday.Events.Screening;
using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Store.Ingest;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Mayday.Collector;

/// <summary>Adds the receiver to a program's services. The program itself adds the store (an NpgsqlDataSource).</summary>
public static class CollectorRegistration
{
    public static IServiceCollection AddMaydayCollector(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CollectorOptions>()
            .Bind(configuration.GetSection(CollectorOptions.Section))
            .PostConfigure(options => UseDataDirectory(options, configuration["Data"]))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<CollectorOptions>, ValidateCollectorOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<CrashWriter>();
        services.TryAddSingleton<EventWriter>();
        services.TryAddSingleton(EventKnowledge.Shipped);
        services.TryAddSingleton<EventScreen>();
        services.TryAddSingleton<IngestCounters>();
        services.TryAddSingleton<LossAccounts>();
        services.TryAddSingleton<LogArchive>();
        services.AddSingleton(provider => new CollectorCounters(provider.GetService<System.Diagnostics.Metrics.IMeterFactory>()));
        services.AddSingleton<CollectorService>();
        services.AddHostedService(provider => provider.GetRequiredService<CollectorService>());
        return services;
    }

    /// <summary>Every mistake in the section, for a program that checks its settings before it builds a host.</summary>
    public static IReadOnlyList<string> ValidateOptions(IConfiguration configuration)
    {
        var options = new CollectorOptions();
        try
        {
            configuration.GetSection(CollectorOptions.Section).Bind(options);
        }
        catch (InvalidOperationException failure)
        {
            return [failure.InnerException is { } inner ? $"{failure.Message} {inner.Message}" : failure.Message];
        }

        return ValidateCollectorOptions.FindErrors(options);
    }

    private static void UseDataDirectory(CollectorOptions options, string? data)
    {
        if (options.Spool.Directory is null && !string.IsNullOrWhiteSpace(data))
        {
            options.Spool.Directory = Path.Combine(data, "spool");
        }

        if (options.Journal.Directory is null && !string.IsNullOrWhiteSpace(data))
        {
            options.Journal.Directory = Path.Combine(data, "journal");
        }
    }
}

using Mayday.Events.Screening;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Store.Events.Alerts;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Store.Reanalysis;
using Mayday.Store.Retention;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Mayday.Store;

/// <summary>What the parts of the program ask the store for.</summary>
public static class StoreRegistration
{
    public static IServiceCollection AddMaydayStore(this IServiceCollection services, string connectionString)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => CreateDataSource(connectionString));
        services.AddSingleton<CrashWriter>();
        services.AddSingleton<EventWriter>();
        services.AddSingleton<StoreQueries>();
        services.AddSingleton<EventQueries>();
        services.AddSingleton<IngestCounters>();
        services.AddSingleton<LossAccounts>();
        services.AddSingleton<LogArchive>();
        services.AddSingleton<CrashNotifications>();
        services.AddSingleton<EventNotifications>();
        services.AddSingleton<PartitionKeeper>();
        services.AddSingleton<RetentionGuard>();
        services.AddSingleton<DumpsForReanalysis>();
        services.AddSingleton<CrashRewriter>();
        services.AddSingleton<BugDecisions>();
        services.TryAddSingleton(EventKnowledge.Shipped);
        services.AddSingleton<EventScreen>();
        services.AddSingleton<EventAlerts>();
        services.AddSingleton<HostTimeline>();
        return services;
    }

    /// <summary>A pool with the store's settings; what the connection string says itself wins.</summary>
    public static NpgsqlDataSource CreateDataSource(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // The store's statements are few and long: the server should plan each once a connection. 0 (off) for transaction poolers.
        if (!settings.ContainsKey("Max Auto Prepare"))
        {
            settings.MaxAutoPrepare = 64;
        }

        if (!settings.ContainsKey("Application Name"))
        {
            settings.ApplicationName = "mayday";
        }

        // The name of the pool in Npgsql's metrics; it would be the connection string, with host and user, otherwise.
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "mayday" }.Build();
    }
}

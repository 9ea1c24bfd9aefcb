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

/// <summary>Registers the services of the store.</summary>
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

    /// <summary>Creates a connection pool with the store's settings. Settings in the connection string take precedence.</summary>
    public static NpgsqlDataSource CreateDataSource(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // The store uses few, long statements, so each is prepared once per connection. Set 0 (off) for transaction poolers.
        if (!settings.ContainsKey("Max Auto Prepare"))
        {
            settings.MaxAutoPrepare = 64;
        }

        if (!settings.ContainsKey("Application Name"))
        {
            settings.ApplicationName = "mayday";
        }

        // Name of the pool in Npgsql's metrics. The default would be the connection string with host and user.
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "mayday" }.Build();
    }
}

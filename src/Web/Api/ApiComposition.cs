using Mayday.Events.Screening;
using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Store.Events.Alerts;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Retention;
using Mayday.Web.Api.Bugs;
using Mayday.Web.Api.Crashes;
using Mayday.Web.Api.Dumps;
using Mayday.Web.Api.Events;
using Mayday.Web.Api.Hosts;
using Mayday.Web.Api.Ingest;
using Mayday.Web.Api.Parameters;
using Mayday.Web.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mayday.Web.Api;

/// <summary>The REST API as one piece. The store (data source, queries, writer) is the program's to add.</summary>
public static class ApiComposition
{
    public static IServiceCollection AddMaydayApi(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StoreQueries>();
        services.TryAddSingleton<CrashWriter>();
        services.TryAddSingleton<BugDecisions>();
        services.TryAddSingleton<StormOptions>();
        services.TryAddSingleton<EventWriter>();
        services.TryAddSingleton<EventQueries>();
        services.TryAddSingleton<EventAlerts>();
        services.TryAddSingleton(EventKnowledge.Shipped);
        services.TryAddSingleton<EventScreen>();
        services.TryAddSingleton<RetentionGuard>();
        services.AddMaydayMetrics();
        services.AddSingleton<DumpIntake>();
        services.AddSingleton<EventIntake>();
        services.AddSingleton(new IntakeBudget(IntakeBudget.DefaultCapacity));
        services.AddSingleton<ApiInstruments>();
        services.AddSingleton<ApiBoundary>();
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddApiDocument();
        return services;
    }

    public static void MapMaydayApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // Made now, so that what was never counted yet is there as a name to ask for.
        _ = app.Services.GetRequiredService<ApiInstruments>();
        var boundary = app.Services.GetRequiredService<ApiBoundary>();
        app.UseWhen(ApiBoundary.Covers, answers => answers.Use((HttpContext context, RequestDelegate next) => boundary.InvokeAsync(context, next)));

        var api = app.MapGroup(ApiBoundary.Root)
            .AddEndpointFilterFactory(KnownParameters.Create)
            .ProducesProblem(StatusCodes.Status500InternalServerError)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapCrashes();
        api.MapBugs();
        api.MapBugDecisions();
        api.MapStorms();
        api.MapHosts();
        api.MapEventAlerts();
        api.MapStats();
        api.MapDumps();
        api.MapEvents();
        app.MapHealth();
        app.MapMaydayMetrics();
        app.MapApiDocument();
    }
}

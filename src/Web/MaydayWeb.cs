using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Web.Api;
using Mayday.Web.Components;
using Mayday.Web.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Radzen;

namespace Mayday.Web;

/// <summary>What the program calls to have the pages and the API: the store (<c>AddMaydayStore</c>) is the program's to add.</summary>
public static class MaydayWeb
{
    public static IServiceCollection AddMaydayWeb(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<WebOptions>().Bind(configuration.GetSection(WebOptions.Section));

        services.AddMaydayApi(configuration);

        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddRadzenComponents();
        services.AddHttpContextAccessor();

        services.AddSingleton<Handover>();
        services.AddSingleton<IngestPulse>();
        services.TryAddSingleton<CrashNotifications>();
        services.AddSingleton<CrashFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<CrashFeed>());
        services.TryAddSingleton<EventNotifications>();
        services.AddSingleton<EventFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<EventFeed>());
        services.AddSingleton<Facets>();
        return services;
    }

    public static void MapMaydayWeb(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // An address that leads nowhere gets a page for people. What the API refuses has a body of its own and stays as it is.
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapMaydayApi();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }
}

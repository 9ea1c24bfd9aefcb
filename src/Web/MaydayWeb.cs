using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Web.Api;
using Mayday.Web.Components;
using Mayday.Web.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor;
using MudBlazor.Services;

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
        services.AddMudServices(options =>
        {
            options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomLeft;
            // Long enough to read a sentence and to press Undo.
            options.SnackbarConfiguration.VisibleStateDuration = 8000;
            options.SnackbarConfiguration.HideTransitionDuration = 120;
            options.SnackbarConfiguration.ShowTransitionDuration = 120;
            options.SnackbarConfiguration.ShowCloseIcon = false;
        });
        services.AddMaydayCompression();
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
        app.UseResponseCompression();
        app.UseSecurityHeaders();
        // An address that leads nowhere gets a page for people. What the API refuses has a body of its own and stays as it is.
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapMaydayApi();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(
            // The whole policy is in SecurityHeaders; a second header of the framework's own would only repeat a part of it.
            options => options.ContentSecurityFrameAncestorsPolicy = null);
    }
}

using Mayday.Events.Screening;
using Mayday.Hosting;

namespace Mayday.Cli.Roles;

/// <summary>Templates and rules of events: read once at start, by every role that takes or shows events.</summary>
internal static class EventSettings
{
    public static IServiceCollection AddMaydayEvents(this IServiceCollection services, IConfiguration settings)
    {
        var options = ProgramSettings.Read<EventOptions>(settings, EventOptions.Section);
        services.AddSingleton(EventKnowledge.Load(options.Templates, options.Rules, out var mistakes));
        ProgramConfiguration.Refuse(mistakes);
        services.AddHostedService<EventAlerting>();
        return services;
    }
}

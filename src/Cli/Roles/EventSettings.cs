using Mayday.Events.Screening;
using Mayday.Hosting;

namespace Mayday.Cli.Roles;

/// <summary>Event templates and rules: read once at start by every role that receives or shows events.</summary>
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

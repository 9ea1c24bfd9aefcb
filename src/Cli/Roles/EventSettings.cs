using Mayday.Events.Screening;
using Mayday.Hosting;
using Microsoft.Extensions.Configuration;

namespace Mayday.Cli.Roles;

/// <summary>Event templates and rules: read once at start by every role that receives or shows events.</summary>
internal static class EventSettings
{
    public static IServiceCollection AddMaydayEvents(this IServiceCollection services, IConfiguration settings)
    {
        var knowledge = EventKnowledge.Load(settings[EventKnowledge.TemplatesKey], settings[EventKnowledge.RulesKey], out var mistakes);
        ProgramConfiguration.Refuse(mistakes);
        services.AddSingleton(knowledge);
        services.AddHostedService<EventAlerting>();
        return services;
    }
}

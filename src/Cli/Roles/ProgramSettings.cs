using Mayday.Agent;
using Mayday.Collector;
using Mayday.Events.Screening;
using Mayday.Hosting;
using Mayday.Hosting.Settings;
using Mayday.Web;

namespace Mayday.Cli.Roles;

/// <summary>The settings of the whole program: every section with its class and its check.</summary>
internal static class ProgramSettings
{
    /// <summary>Sections that <c>mayday up</c> uses.</summary>
    public static readonly IReadOnlyCollection<string> Everything = ["", StoreOptions.Section, EventOptions.Section, WebOptions.Section, CollectorOptions.Section];

    public static readonly IReadOnlyCollection<string> CollectorRole = ["", StoreOptions.Section, EventOptions.Section, CollectorOptions.Section];

    public static readonly IReadOnlyCollection<string> WebRole = ["", StoreOptions.Section, EventOptions.Section, WebOptions.Section];

    public static readonly IReadOnlyCollection<string> AgentRole = [AgentOptions.Section];

    public static readonly IReadOnlyCollection<string> StoreOnly = ["", StoreOptions.Section];

    public static SettingCatalogue Catalogue { get; } = new(
    [
        SettingSection.Of<ProgramOptions>(""),
        SettingSection.Of<StoreOptions>(StoreOptions.Section, StoreOptions.FindErrors),
        SettingSection.Of<EventOptions>(EventOptions.Section, FindEventErrors),
        SettingSection.Of<WebOptions>(WebOptions.Section, options => FindListenErrors(options.Listen, WebListen.Key)),
        SettingSection.Of<CollectorOptions>(CollectorOptions.Section, FindCollectorErrors),
        SettingSection.Of<AgentOptions>(AgentOptions.Section, ValidateAgentOptions.FindErrors),
    ]);

    /// <summary>Ends the start with all mistakes at once: unknown keys anywhere, wrong values in the role's sections.</summary>
    public static void Check(IConfigurationRoot settings, IReadOnlyCollection<string> sections) =>
        ProgramConfiguration.Refuse(Catalogue.FindMistakes(settings, sections));

    /// <summary>The same for a role that needs to be told where Postgres is.</summary>
    public static void CheckWithConnection(IConfigurationRoot settings, IReadOnlyCollection<string> sections) =>
        ProgramConfiguration.Refuse([.. RoleSettings.FindMissing(settings), .. Catalogue.FindMistakes(settings, sections)]);

    /// <summary>One section as its class; what is wrong with it was refused by <see cref="Check"/>.</summary>
    public static T Read<T>(IConfiguration settings, string section)
        where T : class, new()
    {
        var mistakes = new List<string>();
        var options = Catalogue.Bind<T>(settings, section, mistakes);
        ProgramConfiguration.Refuse(mistakes);
        return options;
    }

    private static IReadOnlyList<string> FindEventErrors(EventOptions options)
    {
        EventKnowledge.Load(options.Templates, options.Rules, out var mistakes);
        return mistakes;
    }

    private static IReadOnlyList<string> FindCollectorErrors(CollectorOptions options) =>
    [
        .. ValidateCollectorOptions.FindErrors(options),
        .. options.Metrics.Listen is { Length: > 0 } listen ? FindListenErrors(listen, MetricsListener.Key) : [],
    ];

    private static IReadOnlyList<string> FindListenErrors(string listen, string key) => WebListen.TryParse(listen, out _, out var failure, key) ? [] : [failure];
}

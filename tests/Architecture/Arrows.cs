namespace Mayday.Architecture.Tests;

/// <summary>Which project may use which. Arrows are transitive: Web may use Protocol through Store.</summary>
internal static class Arrows
{
    private static readonly Dictionary<string, string[]> s_direct = new()
    {
        ["Protocol"] = [],
        ["Linux"] = [],
        ["Query"] = [],
        ["Client"] = [],
        ["Analysis"] = ["Protocol"],
        ["Events"] = ["Protocol", "Query"],
        ["Store"] = ["Linux", "Analysis", "Events", "Query"],
        ["Collector"] = ["Linux", "Protocol", "Analysis", "Events", "Store"],
        ["Agent"] = ["Protocol", "Linux"],
        ["AgentDaemon"] = ["Agent"],
        ["Simulation"] = ["Protocol", "Linux"],
        ["Web"] = ["Store", "Query"],
        ["Hosting"] = ["Store"],
    };

    // The program: verbs only, so it may use everything.
    private const string Program = "Cli";

    public static bool IsKnown(string project) => project == Program || s_direct.ContainsKey(project);

    public static bool Allows(string from, string to) => from == to || from == Program || s_direct[from].Any(next => Allows(next, to));
}

using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Web.Components.Crashes;
using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Filters;

/// <summary>What the lists above a table offer.</summary>
public static class Choices
{
    public static readonly IReadOnlyList<(string Value, string Words)> Kinds =
        [.. Enum.GetValues<CrashKind>().Select(kind => (kind.ToWord(), kind.InWords())).OrderBy(choice => choice.Item2, StringComparer.OrdinalIgnoreCase)];

    public static readonly IReadOnlyList<(string Value, string Words)> Transports =
        [.. Enum.GetValues<Transport>().Select(transport => (transport.ToWord(), transport.ToWord()))];

    public static readonly IReadOnlyList<(string Value, string Words)> Since =
        [("1h", "last hour"), ("24h", "last 24 hours"), ("7d", "last 7 days"), ("30d", "last 30 days")];

    public static readonly IReadOnlyList<(string Value, string Words)> Completeness = [("true", "complete"), ("false", "something missing")];

    public static readonly IReadOnlyList<(string Value, string Words)> Outcome = [("true", "machine died"), ("false", "survived")];

    public static readonly IReadOnlyList<(string Value, string Words)> Severities =
        [("crit", "critical and worse"), ("err", "errors and worse"), ("warning", "warnings and worse"), ("notice", "notices and worse")];

    public static readonly IReadOnlyList<(string Value, string Words)> FormatOrder =
        [("events", "most events"), ("hosts", "most hosts"), ("firstSeen", "newest")];

    public static readonly IReadOnlyList<(string Value, string Words)> BugOrder =
        [("crashes", "most crashes"), ("hosts", "most hosts"), ("firstSeen", "newest")];
}

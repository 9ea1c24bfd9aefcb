using System.Globalization;
using Mayday.Analysis;
using Mayday.Store.Bugs;
using Mayday.Store.Ingest;
using Mayday.Web.Components.Bugs;
using Mayday.Web.Components.Crashes;
using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Overview;

/// <summary>Crashes of one day, by the colour that stands for them.</summary>
public sealed record DayOfCrashes(DateOnly Day, long Fatal, long Oops, long Hang, long Warn, long Other)
{
    public long All => Fatal + Oops + Hang + Warn + Other;
}

/// <summary>What the first page says of the fleet.</summary>
public sealed record Fleet
{
    /// <summary>As many bugs as are looked at for growth: what matters today was seen lately.</summary>
    public const int MostBugs = 200;

    public required int CrashesToday { get; init; }

    public int? CrashesYesterday { get; init; }

    public required int DeathsToday { get; init; }

    public required int HostsToday { get; init; }

    public required int AllBugs { get; init; }

    public required IReadOnlyList<BugItem> NewBugs { get; init; }

    public required IReadOnlyList<(BugItem Bug, double Factor)> Growing { get; init; }

    public required IReadOnlyList<DayOfCrashes> Days { get; init; }

    public required IngestStats Ingest { get; init; }

    public string Lost => Words.Percent(Ingest.Datagrams + Ingest.KernelDrops == 0 ? 0 : (double)Ingest.KernelDrops / (Ingest.Datagrams + Ingest.KernelDrops));

    public IReadOnlyList<Fragment> Verdict()
    {
        if (Ingest.Collectors.Count > 0 && !Ingest.Collectors.Any(collector => collector.Alive))
        {
            return [new("Nobody is listening.", Tone.Strong), new(" No collector has reported in the last seconds, so nothing below is news.")];
        }

        if (CrashesToday == 0)
        {
            return [new("Yes.", Tone.Strong), new($" No crash in 24 hours from {Words.Count(Ingest.Hosts, "known host", "known hosts")}.")];
        }

        var sentence = new List<Fragment>();
        if (Growing.Count > 0)
        {
            var (bug, factor) = Growing[0];
            sentence.Add(new("Not quite.", Tone.Strong));
            sentence.Add(new(bug.Function is null ? $" {PlainText.Of(bug.Title)}" : $" {bug.Kind.InWords()} in "));
            if (bug.Function is { } function)
            {
                sentence.Add(new(PlainText.Of(function), Tone.Code));
            }

            sentence.Add(new(string.Create(CultureInfo.InvariantCulture, $" grows: {factor:0.#} times the usual, on {Words.Count(bug.HostCount, "host", "hosts")} so far.")));
        }
        else
        {
            // What was never seen before is what somebody has to look at, however few machines it took.
            sentence.Add(new(DeathsToday > 0 || NewBugs.Count > 0 ? "Mostly." : "Yes.", Tone.Strong));
            sentence.Add(new(NewBugs.Count switch
            {
                0 => " No bug grows.",
                >= MostBugs => $" No bug grows, {Words.Count(MostBugs)} or more are new.",
                var count => $" No bug grows, {Words.Count(count, "is", "are")} new.",
            }));
        }

        sentence.Add(new($" {Words.Count(CrashesToday, "crash", "crashes")} in 24 hours, {Words.Count(DeathsToday)} of them fatal."));
        return sentence;
    }

    public static IReadOnlyList<(BugItem Bug, double Factor)> GrowingOf(IEnumerable<BugItem> bugs) =>
        [.. bugs.Select(bug => (Bug: bug, Factor: BugVerdict.Growth(bug.Trend) ?? 0)).Where(pair => pair.Factor >= 2).OrderByDescending(pair => pair.Factor).Take(8)];

    public static IReadOnlyList<DayOfCrashes> DaysOf(IReadOnlyList<BugItem> bugs, DateTimeOffset now)
    {
        const int Count = 14;
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var days = new List<DayOfCrashes>(Count);
        for (var back = Count - 1; back >= 0; back--)
        {
            var sums = bugs.Where(bug => bug.Trend.Count > back).GroupBy(ColourOf).ToDictionary(group => group.Key, group => group.Sum(bug => bug.Trend[bug.Trend.Count - 1 - back]));
            days.Add(new(today.AddDays(-back), sums.GetValueOrDefault("fatal"), sums.GetValueOrDefault("oops"), sums.GetValueOrDefault("hang"), sums.GetValueOrDefault("warn"), sums.GetValueOrDefault("soft")));
        }

        return days;
    }

    private static string ColourOf(BugItem bug) => bug.Class == CrashClass.Hardware ? "soft" : KindWords.Colour(bug.Class, bug.FatalCount * 2 > bug.CrashCount);
}

using Mayday.Store.Bugs;
using Mayday.Web.Components.Crashes;
using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Bugs;

/// <summary>How bad a bug is, where, and whether it grows.</summary>
public static class BugVerdict
{
    /// <summary>A day this many times over the usual is growth and not chance, once there are crashes enough to tell.</summary>
    private const double GrowthFactor = 2;

    private const int EnoughToTell = 5;

    public static IReadOnlyList<Fragment> Of(BugDetail bug, DateTimeOffset now)
    {
        var sentence = new List<Fragment>
        {
            new(Words.Count(bug.CrashCount, "crash", "crashes"), Tone.Strong),
            new(" on "),
            new(Words.Count(bug.HostCount, "host", "hosts"), Tone.Strong),
        };
        if (bug.KernelReleases.Count == 1)
        {
            sentence.Add(new($", all on {PlainText.Of(bug.KernelReleases[0].Name)}"));
        }
        else if (bug.KernelReleases.Count > 1)
        {
            sentence.Add(new($", on {Words.Count(bug.KernelReleases.Count)} kernel releases"));
        }

        sentence.Add(new($"; last {Words.Age(now - bug.LastSeen)} ago, first {Words.Age(now - bug.FirstSeen)} ago. "));
        sentence.Add(Growth(bug.Trend) switch
        {
            { } factor and >= GrowthFactor => new($"It is growing: {Words.Count(bug.Trend[^1] + bug.Trend[^2])} since yesterday, {factor:0.#} times the usual.", Tone.Strong),
            _ when now - bug.LastSeen > TimeSpan.FromDays(7) => new("Not seen for a week."),
            _ when now - bug.FirstSeen < TimeSpan.FromDays(1) => new("New since yesterday."),
            _ => new("It does not grow."),
        });
        return sentence;
    }

    /// <summary>Today and yesterday against the mean of the days before; null where there is too little to say anything.</summary>
    public static double? Growth(IReadOnlyList<long> trend)
    {
        if (trend.Count < 4)
        {
            return null;
        }

        var recent = trend[^1] + trend[^2];
        if (recent < EnoughToTell)
        {
            return null;
        }

        var usual = 2.0 * trend.Take(trend.Count - 2).Sum() / (trend.Count - 2);
        return usual > 0 ? recent / usual : null;
    }
}

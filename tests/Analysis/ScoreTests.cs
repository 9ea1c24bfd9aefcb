namespace Mayday.Analysis.Tests;

/// <summary>Guards the figures of docs/analysis.md, counted as ../shared/eval/score_reports.py counts them.</summary>
public sealed class ScoreTests
{
    [Fact]
    public void SyzkallerReports_Scored_StayAboveTheFiguresPromised()
    {
        var reports = SyzkallerReports.Read();
        var found = reports.ToDictionary(r => r.Name, r => First(CrashAnalyzer.Analyze(r.Log)));
        var titled = reports.Where(r => r.Titles.Count > 0 && r.Titles[0].Length > 0).ToList();
        var good = titled.Where(r => !r.Corrupted).ToList();

        var detection = (double)titled.Count(r => found[r.Name] is not null) / titled.Count;
        Assert.True(detection >= 0.995, $"detection {detection:F4}");
        Assert.DoesNotContain(reports.Except(titled), r => found[r.Name] is not null);

        var exact = (double)good.Count(r => found[r.Name] is { } f && r.Titles.Contains(f.Title)) / good.Count;
        Assert.True(exact >= 0.96, $"exact title {exact:F4}");

        var named = good.Select(r => (Report: r, Function: r.Frame ?? (r.Titles[0].LastIndexOf(" in ", StringComparison.Ordinal) is >= 0 and var at ? r.Titles[0][(at + 4)..] : null)))
            .Where(x => x.Function is { Length: > 0 } && !x.Function.Contains(' ', StringComparison.Ordinal)).ToList();
        var function = (double)named.Count(x => found[x.Report.Name]?.Function == x.Function) / named.Count;
        Assert.True(function >= 0.965, $"function {function:F4}");

        var (precision, recall) = Grouping(good, found);
        var f1 = 2 * precision * recall / (precision + recall);
        Assert.True(precision >= 0.95 && recall >= 0.95 && f1 >= 0.97, $"grouping P {precision:F4} R {recall:F4} F1 {f1:F4}");
    }

    private static CrashReport? First(IReadOnlyList<CrashReport> reports) => reports.Count > 0 ? reports[0] : null;

    private static (double Precision, double Recall) Grouping(List<SyzkallerReport> good, Dictionary<string, CrashReport?> found)
    {
        var parent = Enumerable.Range(0, good.Count).ToArray();
        int Root(int x) => parent[x] == x ? x : parent[x] = Root(parent[x]);
        var byTitle = new Dictionary<string, int>();
        for (var i = 0; i < good.Count; i++)
        {
            foreach (var title in good[i].Titles.Concat(good[i].Alternatives))
            {
                if (!byTitle.TryAdd(title, i))
                {
                    parent[Root(i)] = Root(byTitle[title]);
                }
            }
        }

        int truePairs = 0, falsePairs = 0, missedPairs = 0;
        for (var a = 0; a < good.Count; a++)
        {
            for (var b = a + 1; b < good.Count; b++)
            {
                var same = Root(a) == Root(b);
                var said = found[good[a].Name]?.Signature is { } signature && signature == found[good[b].Name]?.Signature;
                truePairs += same && said ? 1 : 0;
                falsePairs += said && !same ? 1 : 0;
                missedPairs += same && !said ? 1 : 0;
            }
        }

        return ((double)truePairs / (truePairs + falsePairs), (double)truePairs / (truePairs + missedPairs));
    }
}

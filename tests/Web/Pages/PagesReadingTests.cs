using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mayday.Analysis;
using Mayday.Store.Postgres;
using Mayday.Web.Components.Crashes;
using Mayday.Web.Components.Filters;
using Mayday.Web.Components.Layout;
using Mayday.Web.Components.Texts;

namespace Mayday.Web.Tests.Pages;

/// <summary>What stands between the store and the eye, without a browser.</summary>
public sealed class PagesReadingTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ViewQuery_AnyValues_SurviveTheUrl() =>
        Prop.ForAll<string, string>((host, text) =>
        {
            var query = ViewQuery.Empty(ViewQuery.OfCrashes).With("host", host).With(ViewQuery.Text, text);
            var again = ViewQuery.FromUrl("http://x/" + query.ToUrl("crashes"), ViewQuery.OfCrashes);
            return again["host"] == query["host"] && again[ViewQuery.Text] == query[ViewQuery.Text];
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("host:web-* kind:oops since:7d text", "web-*", "oops", "7d", "text")]
    [InlineData("BUG: soft lockup", null, null, null, "BUG: soft lockup")]
    [InlineData("host:\"my host\" a b", "my host", null, null, "a b")]
    [InlineData("KIND:kasan", null, "kasan", null, null)]
    public void ViewQuery_Search_IsReadByKeyAndTheRestIsText(string search, string? host, string? kind, string? since, string? text)
    {
        var query = ViewQuery.FromSearch(search, ViewQuery.OfCrashes);

        Assert.Equal(host, query["host"]);
        Assert.Equal(kind, query["kind"]);
        Assert.Equal(since, query["since"]);
        Assert.Equal(text, query[ViewQuery.Text]);
        Assert.Equal(query.ToSearch(), ViewQuery.FromSearch(query.ToSearch(), ViewQuery.OfCrashes).ToSearch());
    }

    [Theory]
    [InlineData("2h", "2026-11-22T10:00:00Z")]
    [InlineData("2H", "2026-11-22T10:00:00Z")]
    [InlineData("7d", "2026-11-15T12:00:00Z")]
    [InlineData("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z")]
    [InlineData("2026-11-01", "2026-11-01T00:00:00Z")]
    public void Since_Understood_IsThatMoment(string text, string at)
    {
        var problems = new List<string>();

        var filter = ViewQuery.Empty(ViewQuery.OfCrashes).With("since", text).ToCrashFilter(s_now, problems);

        Assert.Empty(problems);
        Assert.Equal(DateTimeOffset.Parse(at), filter.Since);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1d")]
    [InlineData("99999999999d")]
    [InlineData("100000w")]
    public void Since_Nonsense_IsTold(string text)
    {
        var problems = new List<string>();

        Assert.Null(ViewQuery.Empty(ViewQuery.OfCrashes).With("since", text).ToCrashFilter(s_now, problems).Since);
        Assert.Contains(text, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Filter_InTheUrl_NarrowsAndStaysInLinksAndSearch()
    {
        var problems = new List<string>();
        var query = ViewQuery.FromUrl("/crashes?filter=" + Uri.EscapeDataString("kind:KASAN and \"a b\"") + "&host=web", ViewQuery.OfCrashes);

        Assert.Equal("kind:kasan \"a b\"", query.ToCrashFilter(s_now, problems).Filter!.ToString());
        Assert.Empty(problems);
        Assert.Equal("host:web filter:kind:KASAN and \"a b\"", query.ToSearch());
        Assert.Equal(query.Given, ViewQuery.FromSearch(query.ToSearch(), ViewQuery.OfCrashes).Given);
        Assert.Equal(query.Given, ViewQuery.FromUrl(query.ToUrl("/crashes"), ViewQuery.OfCrashes).Given);
        Assert.NotNull(ViewQuery.FromUrl("?filter=crashes>1", ViewQuery.OfBugs).ToBugFilter(s_now, problems).Filter);
        Assert.NotNull(ViewQuery.FromUrl("?filter=crashes>1", ViewQuery.OfHosts).ToHostFilter(s_now, problems).Filter);
    }

    [Fact]
    public void Filter_WithAMistake_IsToldWithItsColumn()
    {
        var problems = new List<string>();

        Assert.Null(ViewQuery.FromUrl("?filter=kind:kassan", ViewQuery.OfCrashes).ToCrashFilter(s_now, problems).Filter);
        Assert.Contains("column 6", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void PlainText_AnyText_HasNoControlAndNoTurn() =>
        Prop.ForAll<string>(text => PlainText.Of(text + "\u202E\u001b[2J\u0000\u2066").All(c => c == '\t' || (!char.IsControl(c) && c is not (>= '\u202A' and <= '\u202E') and not (>= '\u2066' and <= '\u2069'))))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void LogWindow_AnyBytes_KeepsLinesNumberedAndInOrder() =>
        Prop.ForAll<byte[], int, int>((log, start, around) =>
        {
            var window = LogWindow.Of(log, start, start + 9, "f", around);
            return window.Lines.Select(line => line.Number).SequenceEqual(Enumerable.Range(1, window.TotalLines));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void LogWindow_LongLog_OpensAtTheReport()
    {
        var log = string.Concat(Enumerable.Range(1, 20_000).Select(i => $"<6>[    1.000000] line {i}\n"));
        var start = log.IndexOf("<6>[    1.000000] line 15000\n", StringComparison.Ordinal);

        var window = LogWindow.Of(Encoding.UTF8.GetBytes(log), start, start + 10, null, null);

        Assert.Equal(15_000, window.FirstReportLine);
        Assert.Equal(LogWindow.Size, window.Lines.Count);
        Assert.InRange(15_000, window.First, window.Last);
        Assert.Equal("line 15000", window.Lines.Single(line => line.InReport).Text);
        Assert.Equal(20_000, LogWindow.Of(Encoding.UTF8.GetBytes(log), start, start, null, 20_000).Last);
    }

    [Fact]
    public void LogWindow_Line_IsTakenApart()
    {
        var line = Assert.Single(LogWindow.Of("<1>[    6.507755][  T125] RIP: 0010:cm_null_read+0x5/0x20\u001b\n"u8, 0, 100, "cm_null_read", null).Lines);

        Assert.Equal(("6.507755", "T125", 1), (line.Time, line.Caller, line.Severity));
        Assert.Equal(@"RIP: 0010:cm_null_read+0x5/0x20\x1b", line.Text);
        Assert.True(line.IsGuilty);
    }

    [Fact]
    public void LogWindow_LongerNameThanTheGuilty_IsNotMarked() =>
        Assert.False(Assert.Single(LogWindow.Of("my_read_more+0x5/0x20 not_my_read\n"u8, 0, 100, "my_read", null).Lines).IsGuilty);

    [Fact]
    public void Taint_Letters_AreWordsAndUnknownOnesStay()
    {
        var words = TaintWords.Decode("G           OEZ");

        Assert.Equal("OEZ", string.Concat(words.Select(word => word.Letter)));
        Assert.Equal("out-of-tree module", words[0].Words);
    }

    [Fact]
    public void Verdict_EveryKind_IsASentence()
    {
        foreach (var kind in Enum.GetValues<CrashKind>())
        {
            var report = new CrashReport { Kind = kind, Title = "t", Signature = "s", SignatureHash = "h", Function = "some_function", Panic = "because" };
            var sentence = string.Concat(CrashVerdict.Of(report, fatal: true).Select(fragment => fragment.Text));

            Assert.Contains("in some_function", sentence, StringComparison.Ordinal);
            Assert.EndsWith("The machine died: because.", sentence, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("8080", false)]
    [InlineData("127.0.0.1:8080", false)]
    [InlineData("localhost:8080", false)]
    [InlineData("[::1]:8080", false)]
    [InlineData("0.0.0.0:8080", true)]
    [InlineData("[::]:8080", true)]
    [InlineData("10.0.0.4:80", true)]
    public void Listen_BeyondLoopback_IsExposed(string listen, bool exposed) => Assert.Equal(exposed, MainLayout.IsExposed(listen));

    [Fact]
    public void Kinds_EveryOne_HasAWordThatReadsBack()
    {
        foreach (var kind in Enum.GetValues<CrashKind>())
        {
            Assert.True(EnumWords.TryParse<CrashKind>(kind.ToWord().ToUpperInvariant(), out var again));
            Assert.Equal(kind, again);
        }
    }

    [Theory]
    [InlineData(0, "0.00 %")]
    [InlineData(0.00001, "< 0.01 %")]
    [InlineData(0.1234, "12.34 %")]
    public void Percent_OfSomethingThatHappened_IsNeverZero(double share, string words) => Assert.Equal(words, Words.Percent(share));
}

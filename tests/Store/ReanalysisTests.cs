using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mayday.Analysis;
using Mayday.Cli.Commands.Analyze;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Store.Reanalysis;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

/// <summary>A dry run says what the run then does, and what a person decided outlives an analyser that names everything differently.</summary>
public sealed class ReanalysisTests : IAsyncLifetime
{
    private const int NewVersion = CrashAnalyzer.Version + 1;

    private static int s_time = 5000;

    private readonly Dictionary<string, IReadOnlyList<CrashReport>> _reports = new(StringComparer.Ordinal);
    private PostgresFixture _postgres = null!;
    private CrashWriter _writer = null!;
    private StoreQueries _queries = null!;
    private BugDecisions _decisions = null!;

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresFixture.CreateAsync();
        _writer = new CrashWriter(_postgres.Source, TimeProvider.System);
        _queries = new StoreQueries(_postgres.Source, TimeProvider.System);
        _decisions = new BugDecisions(_postgres.Source, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await KeptCounts.CheckAsync(_postgres.Source);
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task DryRun_ToldChanges_AreWhatTheRunDoes()
    {
        await CrashAsync("renamed", "renamed2");
        await CrashAsync("one", "both");
        await CrashAsync("two", "both");
        await CrashAsync("two", "both");
        await CrashAsync("parted", "left");
        await CrashAsync("parted", "right");
        await CrashAsync("parted", "parted");
        await CrashAsync("gone", null);
        await CrashAsync("same", "same");
        var before = await BugsAsync();

        var told = (await RunAsync(dryRun: true)).Changes;

        Assert.Equal(before, await BugsAsync());
        Assert.Equal(["merge one+two>both", "rename renamed>renamed2", "split parted>left+parted+right", "vanish gone>"], told.Select(Short).Order(StringComparer.Ordinal));
        var done = (await RunAsync(dryRun: false)).Changes;
        Assert.Equal(told.Select(Whole), done.Select(Whole));
        Assert.Equal([("both", 3L), ("left", 1L), ("parted", 1L), ("renamed2", 1L), ("right", 1L), ("same", 1L)], await BugsAsync());
        Assert.Empty((await RunAsync(dryRun: false)).Changes);
    }

    [Fact]
    public async Task DryRun_Printed_NamesEachChangeAndClosesWithTheSum()
    {
        await CrashAsync("renamed", "renamed2");
        await CrashAsync("one", "both");
        await CrashAsync("two", "both");
        await CrashAsync("two", "both");
        await CrashAsync("gone", null);
        var told = await RunAsync(dryRun: true);

        using var text = new StringWriter { NewLine = "\n" };
        ReanalysisOutput.Write(text, told, dryRun: true, json: false);
        var lines = text.ToString().TrimEnd('\n').Split('\n');
        Assert.Contains($"rename  \"{Titled("renamed")}\" (1) -> \"{Titled("renamed2")}\" (1)", lines);
        Assert.Contains(lines, line => line.StartsWith("merge   ", StringComparison.Ordinal) && line.Contains($"\"{Titled("two")}\" (2)", StringComparison.Ordinal)
            && line.EndsWith($" -> \"{Titled("both")}\" (3)", StringComparison.Ordinal));
        Assert.Contains($"vanish  \"{Titled("gone")}\" (1)", lines);
        Assert.Equal("Dry run over 5 dumps, nothing is changed: 4 crashes kept, 4 of them moved to another bug, 0 added, 1 removed.", lines[^1]);
        Assert.Equal(4, lines.Length);

        using var json = new StringWriter { NewLine = "\n" };
        ReanalysisOutput.Write(json, told, dryRun: true, json: true);
        var objects = json.ToString().TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["merge", "rename", "vanish"], objects.Select(o => o.GetProperty("change").GetString()).Order(StringComparer.Ordinal));
        var merge = objects.Single(o => o.GetProperty("change").GetString() == "merge");
        Assert.Equal(3, merge.GetProperty("crashes").GetInt64());
        Assert.Equal(2, merge.GetProperty("from").GetArrayLength());
        Assert.Equal(Titled("both"), Assert.Single(merge.GetProperty("to").EnumerateArray()).GetProperty("title").GetString());
        Assert.Equal(16, merge.GetProperty("to")[0].GetProperty("signatureHash").GetString()!.Length);
    }

    [Fact]
    public void Printed_TitleOfADyingMachine_CannotSteerATerminal()
    {
        var share = new BugShare(Guid.CreateVersion7(), "0123456789abcdef", "BUG: \u001b[31mred\u0007", 1);
        using var text = new StringWriter { NewLine = "\n" };
        ReanalysisOutput.Write(text, new ReanalysisResult(1, new RewrittenDump(0, 0, 0, 1, 0), [new BugChange("vanish", 1, [share], [])]), dryRun: false, json: false);
        Assert.StartsWith("vanish  \"BUG: \uFFFD[31mred\uFFFD\" (1)\nRead 1 dump again: ", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(text.ToString(), letter => char.IsControl(letter) && letter != '\n');
    }

    [Fact]
    public async Task Merge_AnalyserNamesEverythingDifferently_Survives()
    {
        var a = await CrashAsync("merge_a", "new_a");
        var b = await CrashAsync("merge_b", "new_b");
        await CrashAsync("merge_a", "new_a2");
        await _decisions.MergeAsync(a, b, null, default);
        // A collector with the newer analyser was faster than the reanalysis.
        await CrashAsync("new_a", "new_a");

        var told = (await RunAsync(dryRun: true)).Changes;
        var done = (await RunAsync(dryRun: false)).Changes;

        Assert.Equal(told.Select(Whole), done.Select(Whole));
        Assert.Equal(4, Assert.Single(await BugsAsync()).Crashes);
        Assert.Equal(b, await CrashAsync("new_a", "new_a"));
        Assert.Equal(b, await CrashAsync("new_a2", "new_a2"));
        Assert.Equal(b, await CrashAsync("new_b", "new_b"));
    }

    [Fact]
    public async Task Split_AnalyserGivesBothOneName_StaysApart()
    {
        var a = await CrashAsync("apart_a", "alike");
        var b = await CrashAsync("apart_b", "alike");
        var hash = (await _queries.Bugs.FindBugAsync(a, default))!.SignatureHash;
        await _decisions.MergeAsync(a, b, null, default);
        await _decisions.SplitAsync(b, hash, null, default);

        var told = (await RunAsync(dryRun: true)).Changes;
        var done = (await RunAsync(dryRun: false)).Changes;
        await RunAsync(dryRun: false, all: true);

        Assert.Equal(told.Select(Whole), done.Select(Whole));
        Assert.Equal(1, (await _queries.Bugs.FindBugAsync(a, default))!.CrashCount);
        Assert.Equal(1, (await _queries.Bugs.FindBugAsync(b, default))!.CrashCount);
    }

    [Fact]
    public async Task Merge_UndoneAfterTheRenaming_GivesTheNewNameItsOwnBug()
    {
        var a = await CrashAsync("undo_a", "undone_a");
        var b = await CrashAsync("undo_b", "undone_b");
        await _decisions.MergeAsync(a, b, null, default);
        await RunAsync(dryRun: false);
        var signatures = (await _queries.Bugs.FindBugAsync(b, default))!.Signatures;

        var split = await _decisions.SplitAsync(b, Hash("undone_a"), null, default);

        Assert.Contains(signatures, one => one.SignatureHash == Hash("undone_a"));
        Assert.Equal((BugDecisionOutcome.Done, 1L), (split.Outcome, split.Crashes));
        Assert.Equal([("undone_a", 1L), ("undone_b", 1L)], await BugsAsync());
    }

    private Task<ReanalysisResult> RunAsync(bool dryRun, bool all = false) =>
        new Reanalyzer(_postgres.Source, TimeProvider.System, log => _reports[Encoding.UTF8.GetString(log.Span)], NewVersion).RunAsync(all, dryRun, () => { }, default);

    /// <param name="function">What the old analyser says.</param>
    /// <param name="later">What the new one says; null where it sees no crash.</param>
    private async Task<Guid> CrashAsync(string function, string? later)
    {
        var dump = Some.Dump("10.12.0.1", crashes: Some.Crash(function, Interlocked.Increment(ref s_time)));
        var report = dump.Crashes[0];
        _reports[Encoding.UTF8.GetString(dump.Log.Span)] = later is null ? [] :
        [
            report with
            {
                Title = $"BUG: unable to handle kernel NULL pointer dereference in {later}",
                Function = later,
                Signature = $"bad-access {later}",
                SignatureHash = Hash(later),
            },
        ];
        var written = Assert.Single(await _writer.WriteAsync([dump], default));
        return (await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default))!.BugId;
    }

    private static string Titled(string function) => $"BUG: unable to handle kernel NULL pointer dereference in {function}";

    private static string Hash(string function) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(function)))[..16];

    private async Task<IReadOnlyList<(string Function, long Crashes)>> BugsAsync() =>
        [.. (await _queries.Bugs.ListBugsAsync(new BugFilter(), new PageRequest(200), default)).Items.Select(bug => (bug.Function!, bug.CrashCount)).OrderBy(bug => bug.Item1, StringComparer.Ordinal)];

    private static string Short(BugChange change) => $"{change.Change} {Names(change.From)}>{Names(change.To)}";

    private static string Names(IEnumerable<BugShare> shares) => string.Join('+', shares.Select(share => share.Title.Split(' ')[^1]).Order(StringComparer.Ordinal));

    private static string Whole(BugChange change) => $"{change.Change} {change.Crashes} {string.Join('+', change.From)} > {string.Join('+', change.To)}";
}

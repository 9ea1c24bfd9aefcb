using System.Text;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

/// <summary>Whatever a sender prints is stored as text, bounded, and keeps nobody else's dump out.</summary>
public sealed class HostileTextTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly CrashWriter _writer = new(postgres.Source, TimeProvider.System);
    private readonly StoreQueries _queries = new(postgres.Source, TimeProvider.System);

    public static TheoryData<string> Texts =>
    [
        "nul\0inside",
        "\0",
        "half \ud800 surrogate",
        "\udc00",
        "'; DROP TABLE crash; --",
        "$1 {0} %s \\ \" ' ` $$",
        "<script>alert(1)</script>\u001b[31mred\u0007",
        "\u202eright to left \ufeff bom",
        new string('x', 100_000),
        new string('\0', 70_000),
        string.Concat(Enumerable.Repeat("😀", 40_000)),
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task WriteAsync_HostileTextInEveryField_IsStoredBounded(string text)
    {
        var report = new CrashReport
        {
            Kind = CrashKind.Bug,
            Title = text,
            Function = text,
            Module = text,
            SourceFile = text,
            Signature = text,
            SignatureHash = text,
            Comm = text,
            KernelRelease = text,
            Taint = text,
            Hardware = text,
            Bios = text,
            Context = text,
            Panic = text,
            CorruptedReason = text,
            Frames = [new StackFrame(text, 1, 2, text, true, text, Source: text)],
            Registers = [new RegisterValue(text, text)],
            Modules = [new LoadedModule(text, text)],
            Access = new MemoryAccess(text, 1, true, text, text, text),
            Code = new CodeDump(text, [new CodeInstruction(text, text, true, text)]),
            Explanation = [text],
            PrintkTime = double.PositiveInfinity,
            Start = -5,
            End = int.MaxValue,
        };
        var dump = Some.Dump("10.6.0.1", name: "host " + text, boot: text, machine: text, log: "placeholder", crashes: report) with
        {
            Log = Encoding.UTF8.GetBytes(text),
            DumpType = text,
            KernelRelease = text,
            Processor = text,
            UserFields = [new UserField(text, text)],
            HeaderRegisters = [new RegisterValue(text, text)],
            AnalysisFailure = text,
            Collector = text,
            Completeness = new Completeness { Complete = false, Received = 1, Notes = [text] },
            Crashes = [report],
        };

        var written = Assert.Single(await _writer.WriteAsync([dump], default));

        Assert.Null(written.Refusal);
        var crash = await _queries.Crashes.FindCrashAsync(Assert.Single(written.CrashIds), default);
        Assert.InRange(crash!.Title.Length, 1, StoredText.MaxTitle);
        Assert.InRange(Encoding.UTF8.GetByteCount(crash.Extract), 1, StoredText.MaxExtractBytes * 3);
        Assert.DoesNotContain('\0', crash.Title + crash.Extract + crash.Host + crash.Report.Frames[0].Function + crash.UserFields[0].Value);
        Assert.Null(crash.Report.PrintkTime);
        Assert.Equal(dump.Log.ToArray(), (await _queries.Crashes.FindCrashLogAsync(crash.Id, default))!.Log);
        Assert.NotNull(await _queries.Crashes.ListCrashesAsync(new CrashFilter { Text = text, Host = text, Function = text, KernelRelease = text }, new PageRequest(), default));
        Assert.NotNull(await _queries.Bugs.ListBugsAsync(new BugFilter { Text = text, Host = text, Function = text }, new PageRequest(), default));
        Assert.NotNull(await _queries.Hosts.ListHostsAsync(new HostFilter { Text = text, KernelRelease = text }, new PageRequest(), default));
    }

    [Fact]
    public async Task WriteAsync_TextWithMarkup_ComesBackUnchanged()
    {
        const string Title = "BUG: <b>'\"; DROP TABLE crash; --\u001b[31m";
        var written = Assert.Single(await _writer.WriteAsync([Some.Dump("10.6.0.2", "a'b<i>", crashes: Some.Crash("markup") with { Title = Title })], default));
        var crash = await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default);
        Assert.Equal(Title, crash!.Title);
        Assert.Equal("a'b<i>", crash.Host);
        Assert.Equal(Title, crash.Report.Title);
    }

    [Fact]
    public async Task WriteAsync_InvalidUtf8AndNulInTheLog_AreVisibleInTheExtractAndRawInTheLog()
    {
        byte[] log = [.. "<1>[    1.000000] BUG: "u8, 0xff, 0xfe, 0x00, .. "end\n"u8];
        var report = Some.Crash("binary", time: 1) with { Start = 0, End = log.Length };
        var written = Assert.Single(await _writer.WriteAsync([Some.Dump("10.6.0.3", crashes: report) with { Log = log }], default));
        var crash = await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default);
        Assert.Contains("\ufffd\ufffd\u2400end", crash!.Extract, StringComparison.Ordinal);
        Assert.Equal(log, (await _queries.Crashes.FindCrashLogAsync(crash.Id, default))!.Log);
    }

    [Fact]
    public async Task WriteAsync_OneBadDumpAmongMany_KeepsNoOtherOut()
    {
        var bad = Some.Dump("10.6.1.1", crashes: Some.Crash("bad", 1)) with { Host = new HostClaim(System.Net.IPAddress.Loopback, 1), Crashes = [new BadReport().Report] };
        var dumps = Enumerable.Range(0, 20).Select(i => i == 13 ? bad : Some.Dump("10.6.1.2", crashes: Some.Crash($"good{i}", i + 1))).ToArray();

        var written = await _writer.WriteAsync(dumps, default);

        Assert.Equal(20, written.Count);
        Assert.Equal(dumps.Select(dump => dump.Id), written.Select(one => one.DumpId));
        Assert.All(written, one => Assert.True(one.IsNew));
        Assert.All(written.Where((_, i) => i != 13), one => Assert.Single(one.CrashIds));
        Assert.Empty(written[13].CrashIds);
        await using var command = postgres.Source.CreateCommand("SELECT analysis_failure, log_bytes FROM dump WHERE id = $1");
        command.Parameters.AddWithValue(bad.Id);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.StartsWith("The reports could not be stored", reader.GetString(0), StringComparison.Ordinal);
        Assert.Equal(bad.Log.Length, reader.GetInt64(1));
    }

    [Fact]
    public async Task WriteAsync_AReportWithMillionsOfFrames_IsCut()
    {
        var frames = Enumerable.Repeat(new StackFrame("f", 1, 2, null, true), 300_000).ToArray();
        var written = Assert.Single(await _writer.WriteAsync([Some.Dump("10.6.1.3", crashes: Some.Crash("frames", 1) with { Frames = frames })], default));
        var crash = await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default);
        Assert.InRange(crash!.Report.Frames.Count, 1, 5000);
    }

    /// <summary>A report that cannot be written as JSON: what a defect of an analyser would look like here.</summary>
    private sealed class BadReport : IReadOnlyList<StackFrame>
    {
        public CrashReport Report => Some.Crash("bad") with { Frames = this };

        public int Count => 1;

        public StackFrame this[int index] => throw new NotSupportedException("no frames here");

        public IEnumerator<StackFrame> GetEnumerator() => throw new NotSupportedException("no frames here");

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

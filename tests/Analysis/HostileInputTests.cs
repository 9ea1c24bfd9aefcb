using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Mayday.Analysis.Tests;

/// <summary>No input makes the analyser throw, forget its bounds or contradict itself.</summary>
public sealed class HostileInputTests
{
    private static readonly string[] s_pieces =
    [
        "BUG: ", "BUG: unable to handle kernel ", "NULL pointer dereference", "WARNING: CPU: ", "PID: ", " at ", "a.c:1 ", "INFO: task ", " blocked for more than ", "Kernel panic - not syncing: ",
        "Call Trace:\n", " <TASK>\n", " </TASK>\n", " [<ffffffff81234567>] ", "f+0x1/0x2", "f+0x", "+0x/0x", " [mod]", "? ", "RIP: 0010:", "RIP: 0010:[<", ">] ", "[<", "<4>", "<12>", "[    1.234567] ", "[  T1] ", "[ C1] ",
        "6,1,2,-;", "6,1,2,-,caller=T1;", "Nov 22 19:22:00 h kernel: ", "---[ end trace ", "Oops: 0000 [#1]", "Code: ", "48 89 <0f> 0b ", "Modules linked in: ", "a(OE) ", "Tainted: G W 5.1 ", "\n", "\n", "\n", "\r\n", "\0", "\u00ff", "é", "BUG: KASAN: ",
        "use-after-free in ", "Read of size 8 at addr ", "rcu: INFO: rcu_sched self-detected stall on CPU\n", "NMI backtrace for cpu 1\n", "BUG: soft lockup - CPU#1 stuck for 9s! [a:1]\n", "** 5 printk messages dropped ** ", "--- mayday: gap: record 1 missing ---\n",
        "general protection fault: 0000 [#1]\n", "is trying to acquire lock:\n (l){+}, at: ", "[Hardware Error]: ", "Rebooting in 1 seconds..\n", "Linux version 6\n", "(", ")", "[", "]", "<", ">", ":", "/", "0x", "ffff", " in ",
    ];

    private static Gen<byte[]> Logs => Gen.Elements(s_pieces).ListOf().Select(list => Encoding.Latin1.GetBytes(string.Concat(list)));

    [Fact]
    public void AnyMixtureOfPieces_Analyzed_KeepsItsPromises() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(400), Prop.ForAll(Logs.ToArbitrary(), log => { Promises(log); return true; }));

    [Fact]
    public void Captures_CutAndScrambled_KeepTheirPromises()
    {
        var random = new Random(4711);
        foreach (var capture in CaptureFiles.Cases.Where(c => c.Way == "ext"))
        {
            for (var i = 0; i < 12; i++)
            {
                var log = capture.Log.ToArray();
                for (var n = random.Next(200); n > 0; n--)
                {
                    log[random.Next(log.Length)] = (byte)random.Next(256);
                }

                var from = random.Next(log.Length);
                Promises(log[from..random.Next(from, log.Length)]);
            }
        }
    }

    [Fact]
    public void Report_AnalyzedFromItsOwnExtract_IsFoundAgain()
    {
        foreach (var capture in CaptureFiles.Cases.Where(c => c.Way != "serial"))
        {
            foreach (var report in CrashAnalyzer.Analyze(capture.Log))
            {
                var again = CrashAnalyzer.Analyze(capture.Log.AsSpan(report.Start, report.End - report.Start));
                Assert.True(again.Count > 0 && again[0].Start == 0, $"{capture}: {report.Title}");
                Assert.True(again[0].Family() == report.Family(), $"{capture}: {report.Signature} -> {again[0].Signature}");
            }
        }
    }

    [Fact]
    public void SyzkallerReport_AnalyzedFromItsOwnExtract_IsFoundAgainAndNotBehindIt()
    {
        int tried = 0;
        var lost = new List<string>();
        foreach (var sample in SyzkallerReports.Read())
        {
            var reports = CrashAnalyzer.Analyze(sample.Log);
            if (reports.Count == 0)
            {
                continue;
            }

            tried++;
            var first = reports[0];
            var again = CrashAnalyzer.Analyze(sample.Log.AsSpan(first.Start));
            if (again.Count == 0 || again[0].Start != 0 || again[0].Family() != first.Family())
            {
                lost.Add($"{sample.Name} from its start: {first.Signature} -> {(again.Count == 0 ? "nothing" : again[0].Signature)}");
            }

            var behind = CrashAnalyzer.Analyze(sample.Log.AsSpan(first.End));
            if (behind.Any(b => reports.All(r => r.Start != b.Start + first.End)))
            {
                lost.Add($"{sample.Name} behind its end: {first.Signature} -> {behind[0].Signature}");
            }
        }

        Assert.True(lost.Count <= tried / 50, $"{lost.Count} of {tried}:\n{string.Join('\n', lost)}");
    }

    public static TheoryData<string, string> HostileLines => new()
    {
        { "one endless line of brackets", new string('[', 1 << 22) },
        { "one endless line of frame starts", Repeat("[<", 1 << 21) },
        { "nested fakes", Repeat("[<BUG: WARNING: INFO: task :: ", 1 << 17) },
        { "every line a start", Repeat("BUG: unable to handle kernel NULL pointer dereference at 0\n", 60_000) },
        { "every line a warning", Repeat("WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n", 80_000) },
        { "every line a frame", "BUG: KASAN: use-after-free in f+0x1/0x2\nCall Trace:\n" + Repeat(" f+0x1/0x2\n", 300_000) },
        { "every line another caller", string.Concat(Enumerable.Range(0, 50_000).Select(i => $"[    1.000000][T{i}] BUG: soft lockup - CPU#1 stuck for 9s! [a:1]\n")) },
        { "a symbol without end", "BUG: KASAN: use-after-free in " + new string('a', 1 << 22) + "\n" },
        { "a million empty lines", Repeat("\n", 1_000_000) },
    };

    [Theory]
    [MemberData(nameof(HostileLines))]
    public void HostileText_Analyzed_StaysBounded(string what, string text)
    {
        Assert.NotEmpty(what);
        var log = Encoding.Latin1.GetBytes(text);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Promises(log);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // 20,000 reports of a few kilobytes is the most that any log can make of itself.
        Assert.True(allocated < 600L << 20, $"{allocated >> 20} MiB allocated");
    }

    private static void Promises(byte[] log)
    {
        var reports = CrashAnalyzer.Analyze(log);
        var last = -1;
        foreach (var report in reports)
        {
            Assert.InRange(report.Start, 0, log.Length);
            Assert.InRange(report.End, report.Start, log.Length);
            Assert.True(report.Start >= last);
            last = report.Start;
            Assert.NotEmpty(report.Title);
            Assert.NotEmpty(report.Signature);
            Assert.Equal(16, report.SignatureHash.Length);
            Assert.DoesNotContain('{', report.Title.AsSpan(0, Math.Min(1, report.Title.Length)).ToString());
        }
    }

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();
}

file static class Families
{
    public static string Family(this CrashReport report) => report.Signature[..report.Signature.IndexOf(':', StringComparison.Ordinal)];
}

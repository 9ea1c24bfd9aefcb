using System.Text;

namespace Mayday.Analysis.Tests;

/// <summary>The receiver's test of one line: never a start too few, no allocation.</summary>
public sealed class CrashLinesTests
{
    [Fact]
    public void FirstLineOfEveryReport_Classified_IsAStart()
    {
        foreach (var capture in CaptureFiles.Cases)
        {
            foreach (var report in CrashAnalyzer.Analyze(capture.Log))
            {
                AssertStart(capture.Log, report, capture.ToString());
            }
        }
    }

    [Fact]
    public void FirstLineOfEverySyzkallerReport_Classified_IsAStart()
    {
        foreach (var item in SyzkallerReports.Read())
        {
            foreach (var report in CrashAnalyzer.Analyze(item.Log))
            {
                AssertStart(item.Log, report, item.Name);
            }
        }
    }

    [Theory]
    [InlineData("---[ end Kernel panic - not syncing: Fatal exception ]---", CrashLine.End)]
    [InlineData("Rebooting in 1 seconds..", CrashLine.End)]
    [InlineData("Kernel Offset: 0x3ae00000 from 0xffffffff81000000 (relocation range: 0xffffffff80000000-0xffffffffbfffffff)", CrashLine.End)]
    [InlineData("reboot: Restarting system", CrashLine.End)]
    [InlineData("Kernel panic - not syncing: Fatal exception", CrashLine.Start)]
    [InlineData("watchdog: BUG: soft lockup - CPU#1 stuck for 11s! [stress-ng-cpu:131]", CrashLine.Start)]
    [InlineData("rcu: INFO: rcu_preempt self-detected stall on CPU", CrashLine.Start)]
    [InlineData("Oops: 0000 [#1] PREEMPT SMP NOPTI", CrashLine.Start)]
    [InlineData("e1000: eth0 NIC Link is Up 1000 Mbps Full Duplex", CrashLine.None)]
    [InlineData("INFO: lockdep is turned off.", CrashLine.None)]
    [InlineData("Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org)", CrashLine.None)]
    [InlineData("", CrashLine.None)]
    public void Line_Classified_SaysWhatItMeans(string line, CrashLine expected) => Assert.Equal(expected, CrashLines.Classify(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Lines_Classified_AllocateNothing()
    {
        var capture = CaptureFiles.Cases.Single(c => c.ToString() == "null_read.ext").Log;
        Walk(capture);   // rules and code are loaded now
        var before = GC.GetAllocatedBytesForCurrentThread();
        var starts = Walk(capture);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(starts > 0);
    }

    private static int Walk(ReadOnlySpan<byte> log)
    {
        var starts = 0;
        while (!log.IsEmpty)
        {
            var end = log.IndexOf((byte)'\n');
            var line = end < 0 ? log : log[..end];
            starts += CrashLines.Classify(line[Math.Min(line.Length, 18)..]) == CrashLine.Start ? 1 : 0;
            log = end < 0 ? default : log[(end + 1)..];
        }

        return starts;
    }

    private static void AssertStart(byte[] log, CrashReport report, string name)
    {
        if (report.Kind == CrashKind.UnexpectedReboot)
        {
            return;   // two boots make one; a receiver sees the second by itself
        }

        var line = CaptureFiles.LineAt(log, report.Start);
        var framed = Lines.LineFraming.Parse(log.AsSpan(report.Start, Encoding.UTF8.GetByteCount(line) is var n && report.Start + n <= log.Length ? n : log.Length - report.Start));
        var text = log.AsSpan(report.Start + framed.TextOffset);
        var end = text.IndexOf((byte)'\n');
        Assert.True(CrashLines.Classify(end < 0 ? text : text[..end]) == CrashLine.Start, $"{name}: {line}");
    }
}

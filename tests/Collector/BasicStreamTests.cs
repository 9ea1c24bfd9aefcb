using System.Text;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Tests;

public sealed class BasicStreamTests
{
    private static IEnumerable<byte[]> Lines(double from, params string[] lines) =>
        lines.Select((line, i) => Encoding.Latin1.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"[{from + i * 0.001,12:F6}] {line}\n")));

    [Fact]
    public void Crash_AfterQuiet_IsADumpOfWhichCompletenessCannotBeTold()
    {
        var dump = Assert.Single(new Intake().TakeAll(Lines(1, "before", "more before")).TakeAll(Lines(5, Console.Oops)).Pass(2_000).Dumps);

        Assert.Equal(Transport.NetconsoleBasic, dump.Transport);
        Assert.StartsWith("[    1.000000] before\n", dump.Log.Text());
        Assert.Null(dump.Completeness.Complete);
        Assert.Null(dump.Completeness.Missing);
        Assert.Equal("cm_null_read", Assert.Single(dump.Crashes).Function);
    }

    [Fact]
    public void Line_InPiecesWithoutLineEnd_IsOneLine()
    {
        var text = string.Concat(Lines(5, Console.Oops).Select(Encoding.Latin1.GetString));
        var intake = new Intake();
        for (var i = 0; i < text.Length; i += 37)
        {
            intake.Take(text.Substring(i, Math.Min(37, text.Length - i)));
        }

        var dump = Assert.Single(intake.Pass(2_000).Dumps);
        Assert.Equal(text, dump.Log.Text());
        Assert.Single(dump.Crashes);
    }

    [Fact]
    public void UnfinishedLine_ThatNeverEnds_StillOpensAWindow()
    {
        var dump = Assert.Single(new Intake().Take("[    5.000000] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100").Pass(60_000).Dumps);

        Assert.EndsWith("exitcode=0x00000100\n", dump.Log.Text());
    }

    [Fact]
    public void DroppedMessages_AreNoted()
    {
        var dump = Assert.Single(new Intake().TakeAll(Lines(5, Console.Oops)).Take("** 178 printk messages dropped **\n").Take("** 22 printk messages dropped **\n").Pass(2_000).Dumps);

        Assert.Contains("the sender dropped 200 messages", dump.Completeness.Notes);
    }

    [Fact]
    public void BootLine_EndsTheWindowOfTheBootBefore()
    {
        var intake = new Intake().TakeAll(Lines(5, Console.Oops)).TakeAll(Lines(0, "Linux version 6.1.0-56-amd64 (gcc)", "Command line: quiet"));

        var dump = Assert.Single(intake.Dumps);
        Assert.DoesNotContain("Linux version", dump.Log.Text());
        Assert.Equal(1, intake.Shard.StreamRestarts);
    }

    [Fact]
    public void SameTextWithoutTimes_AtAnotherHour_IsAnotherDump()
    {
        var oops = Console.Oops.Select(line => Encoding.ASCII.GetBytes(line + "\n")).ToArray();

        var dumps = new Intake().TakeAll(oops).Pass(3_600_000).TakeAll(oops).Pass(3_000).Dumps;

        Assert.Equal(2, dumps.Count);
        Assert.NotEqual(dumps[0].Key, dumps[1].Key);
    }

    [Fact]
    public void SameTextWithTimes_Replayed_IsTheSameDump()
    {
        var dumps = new Intake().TakeAll(Lines(5, Console.Oops)).Pass(3_600_000).TakeAll(Lines(5, Console.Oops)).Pass(3_000).Dumps;

        Assert.Equal(2, dumps.Count);
        Assert.Equal(dumps[0].Key, dumps[1].Key);
    }

    [Fact]
    public void HostileText_ComesThroughAsText()
    {
        var hostile = "<script>alert(1)</script>'; DROP TABLE crash; -- \u001b[31m \u00ff\u00fe\n";

        var dump = Assert.Single(new Intake().Take(hostile).TakeAll(Lines(5, Console.Oops)).Pass(2_000).Dumps);

        Assert.StartsWith(hostile, dump.Log.Text());
    }

    [Fact]
    public void BothFormats_FromOneSource_AreTwoStreams()
    {
        var intake = new Intake();
        foreach (var (basic, extended) in Lines(5, Console.Oops).Zip(Console.Records(1, Console.Oops)))
        {
            intake.Take(basic).Take(extended);
        }

        Assert.Equal([Transport.Netconsole, Transport.NetconsoleBasic], intake.Pass(3_000).Dumps.Select(dump => dump.Transport).Order());
        Assert.Equal(Console.Oops.Length, intake.Shard.ReceivedOf(DatagramFormat.NetconsoleBasic));
    }
}

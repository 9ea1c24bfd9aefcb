using System.Text;
using Mayday.Protocol.Netoops;
using Mayday.Simulation.Captures;

namespace Mayday.Simulation.Tests;

public sealed class CaptureLogsTests
{
    [Fact]
    public void Read_ShuffledExtendedCapture_IsOrderedBySequence()
    {
        var capture = Captured.Datagrams("longlines.ext.jsonl").ToArray();
        var expected = Assert.Single(CaptureLogs.Read(capture));
        // Within the distance at which a stream is still one boot.
        for (var start = 0; start + 16 <= capture.Length; start += 16)
        {
            new Random(start).Shuffle(capture.AsSpan(start, 16));
        }

        Assert.Equal(expected, Assert.Single(CaptureLogs.Read(capture)));
    }

    [Fact]
    public void Read_Fragments_AreJoined()
    {
        var log = Encoding.UTF8.GetString(Assert.Single(CaptureLogs.Read(Captured.Datagrams("longlines.ext.jsonl"))));

        Assert.Contains(log.Split('\n'), line => line.Length > 1000 && line.Contains("cm clip: ABCDEFGHIJ") && line.EndsWith("ABCDEFGHIJKLMNOPQR"));
        Assert.DoesNotContain("ncfrag", log);
        Assert.DoesNotContain("SUBSYSTEM=", log);
    }

    [Fact]
    public void Read_Records_HaveLevelAndTimeOnEveryLine()
    {
        var log = Read((1, "6,7,12345678,-;one\\x0atwo\\x5c\n KEY=value\n"), (1, "12,8,12345679,-,caller=T12;user\n"));

        Assert.Equal(["<6>[   12.345678] one\n<6>[   12.345678] two\\\n<12>[   12.345679][   T12] user\n"], log);
    }

    [Fact]
    public void Read_TwoBootsOfOnePort_AreTwoLogs()
    {
        var log = Read((1, "6,500,90000000,-;end\n"), (1, "6,501,90000001,-;more\n"), (1, "5,0,0,-;begin\n"), (1, "6,1,0,-;next\n"));

        Assert.Equal(["<6>[   90.000000] end\n<6>[   90.000001] more\n", "<5>[    0.000000] begin\n<6>[    0.000000] next\n"], log);
    }

    [Fact]
    public void Read_TwoPorts_AreTwoLogs() => Assert.Equal(["<6>[    0.000000] a\n", "<6>[    0.000000] b\n"], Read((1, "6,0,0,-;a\n"), (2, "6,0,0,-;b\n")));

    [Fact]
    public void Read_BasicCapture_IsConcatenated()
    {
        var capture = Captured.Datagrams("quiet_oops.basic.jsonl");

        Assert.Equal(capture.SelectMany(datagram => datagram.Payload), Assert.Single(CaptureLogs.Read(capture)));
    }

    [Fact]
    public void Read_NetoopsCaptureInAnyOrder_IsJoined()
    {
        var log = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i}\n")));
        var datagrams = NetoopsDatagrams.Split(new NetoopsDumpHeader { DumpId = 1 }, log).Select(datagram => new CapturedDatagram(0, 2004, datagram)).ToArray();
        new Random(3).Shuffle(datagrams);

        Assert.Equal(log, Assert.Single(CaptureLogs.Read(datagrams)));
    }

    private static IEnumerable<string> Read(params (int Port, string Text)[] datagrams) => CaptureLogs
        .Read([.. datagrams.Select(datagram => new CapturedDatagram(0, datagram.Port, Encoding.ASCII.GetBytes(datagram.Text)))])
        .Select(log => Encoding.UTF8.GetString(log));
}

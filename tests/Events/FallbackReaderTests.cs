using System.Text;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Events.Tests;

public sealed class FallbackReaderTests
{
    private const string E1000 = "evlog packet dropped: size=82 fmt=3 evty=0x0 fac=e1000 sev=3 uid=0 gid=0 pid=1234 pgrp=1234 flags=0x42 cpu=0";

    private static KernelEvent Read(string log) => Assert.Single(FallbackReader.ReadLog(Encoding.ASCII.GetBytes(log)));

    [Theory]
    [InlineData("<3>", "<3>")]
    [InlineData("[   12.345678] ", "[   12.345679] ")]
    [InlineData("<3>[   12.345678][    T1] ", "<3>[   12.345678][    T1] ")]
    [InlineData("", "")]
    public void PrintedMessage_IsAnEventWithItsText(string before, string beforeText)
    {
        var one = Read($"[   11.000000] before\n{before}{E1000}\n{beforeText}eth0 (e1000 0000:00:03.0) PROBE: The EEPROM Checksum Is Not Valid\n[   13.000000] after\n");

        Assert.Equal(("e1000", Severity.Error, 0, EvlogFormat.String), (one.Facility, one.Severity, one.EventType, one.Format));
        Assert.Equal("eth0 (e1000 0000:00:03.0) PROBE: The EEPROM Checksum Is Not Valid", one.Text);
        Assert.Equal((0, 0u, 0u, 1234, 1234), (one.Processor, one.Uid, one.Gid, one.Pid, one.Pgrp));
        Assert.Equal(EvlogFlags.KernelEvent | EvlogFlags.EventTypeCrc, one.Flags);
        Assert.Contains("sent as PRINTF: its format string and arguments were lost on the way", one.Notes);
    }

    [Fact]
    public void String_WhoseTypeIsLeftToTheReceiver_GetsItsChecksum()
    {
        var one = Read("<4>evlog packet dropped: size=10 fmt=2 evty=0 fac=a b sev=4 uid=1000 gid=4294967295 pid=-1 pgrp=0 flags=0x42 cpu=3\n<4>disk full\n");

        Assert.Equal(("a b", "disk full", EvlogCrc.EventTypeOf("disk full")), (one.Facility, one.Text, one.EventType));
        Assert.Equal((1000u, uint.MaxValue, -1), (one.Uid, one.Gid, one.Pid));
    }

    [Fact]
    public void Binary_IsReadFromItsDump()
    {
        var dump = new StringBuilder("<4>evlog packet dropped: size=20 fmt=1 evty=0x15 fac=scsi sev=4 uid=0 gid=0 pid=0 pgrp=0 flags=0x12 cpu=1\n");
        dump.Append("<4>0000 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E FF \n<4>0010 10 11 12 13 \n<4>0020 no dump any more\n");

        var one = Read(dump.ToString());

        Assert.Equal("000102030405060708090a0b0c0d0eff10111213", Convert.ToHexStringLower(one.Payload.Span));
        Assert.Equal((EvlogFormat.Binary, 0x15, false), (one.Format, one.EventType, one.IsTruncated));
        Assert.True(Read("evlog packet dropped: size=2000 fmt=1 evty=0x15 fac=scsi sev=4 uid=0 gid=0 pid=0 pgrp=0 flags=0x12 cpu=1\n0000 01 02 \n").IsTruncated);
    }

    [Fact]
    public void PrintfThatWasWrittenAsBytes_IsReadFromItsDumpInEitherOrder()
    {
        foreach (var frame in new[] { EvlogVectors.PrintfFromE1000, EvlogVectors.PrintfBigEndian })
        {
            var reader = new EvlogReader(frame);
            Assert.True(reader.MoveNext());
            var variable = reader.Record.Variable;
            var log = new StringBuilder($"<3>{E1000.Replace("size=82", $"size={variable.Length}")}\n");
            for (var at = 0; at < variable.Length; at += 16)
            {
                log.Append($"<3>{at:X4} ").AppendJoin(' ', variable[at..Math.Min(at + 16, variable.Length)].ToArray().Select(one => one.ToString("X2"))).Append(" \n");
            }

            var one = Read(log.ToString());

            Assert.Equal(EventReader.Read(reader.Record).Text, one.Text);
            Assert.Equal(EventReader.Read(reader.Record).Arguments, one.Arguments);
            Assert.Equal(EventReader.Read(reader.Record).EventType, one.EventType);
            Assert.Equal(EvlogFormat.Printf, one.Format);
        }
    }

    [Fact]
    public void NoData_AndTheNextLineThatIsAnother_HaveNoText()
    {
        var events = FallbackReader.ReadLog(Encoding.ASCII.GetBytes(
            "evlog packet dropped: size=0 fmt=0 evty=0x7 fac=x sev=2 uid=0 gid=0 pid=0 pgrp=0 flags=0x2 cpu=0\n"
            + "evlog packet dropped: size=5 fmt=2 evty=0x8 fac=y sev=2 uid=0 gid=0 pid=0 pgrp=0 flags=0x2 cpu=0\n" + E1000 + "\n"));

        Assert.Equal([("x", ""), ("y", ""), ("e1000", "")], events.Select(one => (one.Facility, one.Text)));
    }

    [Theory]
    [InlineData("evlog packet dropped: ")]
    [InlineData("evlog packet dropped: size=1 fmt=4 evty=0x0 fac=e1000 sev=3 uid=0 gid=0 pid=1 pgrp=1 flags=0x42 cpu=0")]
    [InlineData("evlog packet dropped: size=1 fmt=2 evty=0x0 fac=e1000 sev=8 uid=0 gid=0 pid=1 pgrp=1 flags=0x42 cpu=0")]
    [InlineData("evlog packet dropped: size=1 fmt=2 evty=0x0 fac= sev=3 uid=0 gid=0 pid=1 pgrp=1 flags=0x42 cpu=0")]
    [InlineData("evlog packet dropped: size=1 fmt=2 evty=0x0 fac=sixteen-letters! sev=3 uid=0 gid=0 pid=1 pgrp=1 flags=0x42 cpu=0")]
    [InlineData("evlog packet dropped: size=1 fmt=2 evty=0x0 fac=e1000 sev=3 uid=0 gid=0 pid=1 pgrp=1 flags=0x42")]
    [InlineData("evlog packet dropped: size=99999999999 fmt=2 evty=0x0 fac=e1000 sev=3 uid=0 gid=0 pid=1 pgrp=1 flags=0x42 cpu=0")]
    public void LineThatIsNotWhole_IsNoEvent(string line) => Assert.Empty(FallbackReader.ReadLog(Encoding.ASCII.GetBytes(line + "\ntext\n")));
}

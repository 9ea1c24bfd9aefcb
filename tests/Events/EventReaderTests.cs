using System.Text;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Events.Tests;

public sealed class EventReaderTests
{
    private static KernelEvent Read(byte[] frame)
    {
        Assert.True(EventReader.TryRead(frame, out var result, out var reason));
        Assert.Equal(PacketRejectReason.None, reason);
        return result;
    }

    private static KernelEvent ReadPrintf(byte[] variable, EvlogFlags flags = EvlogFlags.KernelEvent, EvlogFormat format = EvlogFormat.Printf)
    {
        var frame = new byte[EvlogWriter.FrameLength(EvlogLayout.Netlink, variable.Length)];
        EvlogWriter.WriteFrame(new EvlogHeader { Facility = "test", Severity = Severity.Error, Format = format, Flags = flags }, variable, EvlogLayout.Netlink, false, frame);
        return Read(frame);
    }

    private static byte[] Pack(string format, params PrintfValue[] values) => PrintfPacker.Pack(Encoding.Latin1.GetBytes(format), values, 8, false, out _);

    [Fact]
    public void Printf_KeepsFormatArgumentsAndTextApart()
    {
        var one = Read(EvlogVectors.PrintfFromE1000);

        Assert.Equal(("e1000", Severity.Error, 0xd591e94e), (one.Facility, one.Severity, (uint)one.EventType));
        Assert.Equal("%s (%s %s) %s: The EEPROM Checksum Is Not Valid", one.FormatString);
        Assert.Equal("eth0 (e1000 0000:00:03.0) PROBE: The EEPROM Checksum Is Not Valid", one.Text);
        Assert.Equal(["eth0", "e1000", "0000:00:03.0", "PROBE"], one.Arguments.Select(argument => argument.Text));
        Assert.Equal((0, 0u, 0u, 1234, 1234), (one.Processor, one.Uid, one.Gid, one.Pid, one.Pgrp));
        Assert.Null(one.OccurredAt);
        Assert.False(one.IsTruncated);
        Assert.Empty(one.Notes);

        var bigEndian = Read(EvlogVectors.PrintfBigEndian);
        Assert.Equal("eth0: link down, status=-5", bigEndian.Text);
        Assert.Equal([EventArgument.OfText("eth0"), EventArgument.OfNumber(-5)], bigEndian.Arguments);
    }

    [Fact]
    public void Binary_KeepsItsBytes()
    {
        var one = Read(EvlogVectors.BinaryFromScsi);

        Assert.Equal([1, 2, 3], one.Payload.ToArray());
        Assert.Equal((EvlogFormat.Binary, "", null), (one.Format, one.Text, one.FormatString));
        Assert.Equal(EvlogFormat.NoData, Read(EvlogVectors.NoDataWithLongFacility).Format);
    }

    [Fact]
    public void String_OfADrainedRecord_HasItsTextAndTime()
    {
        foreach (var record in EvlogVectors.Drained)
        {
            var one = Read(record);

            Assert.Equal("disk full", one.Text);
            Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_058_291_146_500), one.OccurredAt);
        }
    }

    [Fact]
    public void Oddities_AreNotedInPlainWords()
    {
        Assert.Contains("values after %hhd may be shifted: evlog packs nothing for it", ReadPrintf(Pack("%hhd then %d", PrintfValue.Of(1), PrintfValue.Of(2))).Notes);
        Assert.Contains("values after %5.2f may be shifted: evlog packs nothing for it", ReadPrintf(Pack("%5.2f")).Notes);

        var cut = ReadPrintf(Pack("%s and %lx", PrintfValue.Of(new string('x', 9000)), PrintfValue.Of(1)));
        Assert.True(cut.IsTruncated);
        Assert.Equal(2, cut.Notes.Count);
        Assert.Contains("the sender's buffer ended before the arguments did: values are missing", cut.Notes);
        Assert.StartsWith("word size unknown, taken as ", cut.Notes[1]);

        var wide = ReadPrintf(Pack("%*d", PrintfValue.Of(1_000_000), PrintfValue.Of(1)));
        Assert.Equal(EventReader.MaxTextBytes, wide.Text.Length);
        Assert.Contains("the text was cut at 16384 bytes", wide.Notes);

        var many = ReadPrintf(Pack(string.Concat(Enumerable.Repeat("%d", 100))));
        Assert.Equal(EventReader.MaxArguments, many.Arguments.Count);
        Assert.Contains("only the first 64 arguments are kept", many.Notes);
    }

    [Fact]
    public void Text_OfPrintk_LosesItsLevels_OthersKeepThem()
    {
        Assert.Equal("<3>a line", ReadPrintf("<3>a line\n\0"u8.ToArray(), EvlogFlags.KernelEvent, EvlogFormat.String).Text);
        Assert.Equal("a line\nand 5", ReadPrintf(Pack("<3>a line\n<3>and %d\n", PrintfValue.Of(5)), EvlogFlags.KernelEvent | EvlogFlags.Printk).Text);
        Assert.Equal("no NUL", ReadPrintf("no NUL"u8.ToArray(), format: EvlogFormat.String).Text);
    }

    [Fact]
    public void EventType_IsComputedOnlyForTextAndOnlyWhenAsked()
    {
        var flags = EvlogFlags.KernelEvent | EvlogFlags.EventTypeCrc;

        Assert.Equal(0xb4a82d4b, (uint)ReadPrintf(Pack("<3>%s: link down, status=%d\n"), flags).EventType);
        Assert.Equal(0xb4a82d4b, (uint)ReadPrintf("%s: link down, status=%d\0"u8.ToArray(), flags, EvlogFormat.String).EventType);
        Assert.Equal(0, ReadPrintf("%s: link down, status=%d"u8.ToArray(), flags, EvlogFormat.Binary).EventType);
        Assert.Equal(0, ReadPrintf(Pack("%s: link down, status=%d")).EventType);
    }

    [Fact]
    public void FacilityCode_BecomesAName()
    {
        foreach (var (name, expected) in new[] { ("kern", "kern"), ("e1000", "0xd776cb4c") })
        {
            var record = new byte[EvlogWriter.RecordLength(EvlogLayout.DrainedFirst64, 0)];
            EvlogWriter.WriteRecord(new EvlogHeader { Facility = name, Severity = Severity.Error, Format = EvlogFormat.NoData }, [], EvlogLayout.DrainedFirst64, true, record);

            Assert.Equal(expected, Read(record).Facility);
        }
    }

    [Fact]
    public void ReadAll_GivesEventsAndReasonsInOrder()
    {
        var broken = (byte[])EvlogVectors.PrintfFromE1000.Clone();
        broken[23] = 9;
        byte[] batch = [.. EvlogVectors.BinaryFromScsi, .. broken, .. EvlogVectors.PrintfBigEndian];

        var readings = EventReader.ReadAll(batch);

        Assert.Equal([PacketRejectReason.None, PacketRejectReason.EvlogMalformed, PacketRejectReason.None], readings.Select(reading => reading.Reason));
        Assert.Equal(["scsi", null, "e100"], readings.Select(reading => reading.Event?.Facility));
        Assert.Equal(batch, readings.SelectMany(reading => reading.Frame.ToArray()));
        Assert.False(EventReader.TryRead([], out _, out var reason));
        Assert.Equal(PacketRejectReason.Empty, reason);
    }

    [Fact]
    public void RawMessage_IsAllData()
    {
        var one = EventReader.ReadRaw("anything"u8);

        Assert.Equal((EvlogFormat.Binary, "kern", Severity.Error), (one.Format, one.Facility, one.Severity));
        Assert.Equal("anything"u8.ToArray(), one.Payload.ToArray());
    }
}

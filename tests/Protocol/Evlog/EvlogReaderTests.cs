using System.Text;
using Mayday.Protocol.Evlog;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Evlog;

public sealed class EvlogReaderTests
{
    private static EvlogRecord First(ReadOnlySpan<byte> bytes)
    {
        var reader = new EvlogReader(bytes);
        Assert.True(reader.MoveNext());
        Assert.Equal(PacketRejectReason.None, reader.Reason);
        return reader.Record;
    }

    private static List<PacketRejectReason> Reasons(ReadOnlySpan<byte> bytes)
    {
        var reasons = new List<PacketRejectReason>();
        for (var reader = new EvlogReader(bytes); reader.MoveNext();)
        {
            reasons.Add(reader.Reason);
        }

        return reasons;
    }

    [Fact]
    public void Record_PrintfFromE1000_SaysWhatTheSenderSaid()
    {
        var record = First(EvlogVectors.PrintfFromE1000);

        Assert.Equal((EvlogLayout.Netlink, false, 3), (record.Layout, record.IsBigEndian, record.Version));
        Assert.Equal((EvlogFormat.Printf, Severity.Error), (record.Format, record.Severity));
        Assert.Equal(EvlogFlags.KernelEvent | EvlogFlags.EventTypeCrc, record.Flags);
        Assert.Equal((0, 0u, 0u, 1234, 1234), (record.Processor, record.Uid, record.Gid, record.Pid, record.Pgrp));
        Assert.Equal("e1000", Encoding.ASCII.GetString(record.Facility));
        Assert.Equal((82, 0, 0xd591e94e), (record.Variable.Length, record.RawEventType, (uint)record.ComputeEventType()));
        Assert.Null(record.Seconds);
        Assert.Null(record.WordSize);
    }

    [Fact]
    public void Record_BinaryFromScsi_KeepsItsBytesAndLeavesThePadding()
    {
        foreach (var (frame, layout) in new[] { (EvlogVectors.BinaryFromScsi, EvlogLayout.Netlink), (EvlogVectors.BinaryInOldLayout, EvlogLayout.NetlinkEarly) })
        {
            var record = First(frame);

            Assert.Equal((layout, EvlogFormat.Binary, Severity.Warning), (record.Layout, record.Format, record.Severity));
            Assert.Equal((0x15, 1), (record.ComputeEventType(), record.Processor));
            Assert.Equal(EvlogFlags.KernelEvent | EvlogFlags.Interrupt, record.Flags);
            Assert.Equal("scsi", Encoding.ASCII.GetString(record.Facility));
            Assert.Equal([1, 2, 3], record.Variable.ToArray());
        }
    }

    [Fact]
    public void Record_NoData_HasTheLongestFacilityAndNothingElse()
    {
        var record = First(EvlogVectors.NoDataWithLongFacility);

        Assert.Equal("abcdefghijklmno", Encoding.ASCII.GetString(record.Facility));
        Assert.Equal((EvlogFormat.NoData, Severity.Critical, 7), (record.Format, record.Severity, record.ComputeEventType()));
        Assert.Equal((3, 500u, 500u, 77, 70), (record.Processor, record.Uid, record.Gid, record.Pid, record.Pgrp));
        Assert.True(record.Variable.IsEmpty);
    }

    [Fact]
    public void Record_BigEndian_IsReadInItsOrder()
    {
        var record = First(EvlogVectors.PrintfBigEndian);

        Assert.True(record.IsBigEndian);
        Assert.Equal((1, 1, 0xb4a82d4b), (record.Pid, record.Pgrp, (uint)record.ComputeEventType()));
        Assert.Equal("%s: link down, status=%d", Encoding.ASCII.GetString(record.ReadPrintf().Format));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Record_Drained_HasTheSendersTime(bool isFramed)
    {
        foreach (var (bytes, layout, wordSize) in new[] { (EvlogVectors.StringDrained32, EvlogLayout.Drained32, 4), (EvlogVectors.StringDrained64, EvlogLayout.Drained64, 8) })
        {
            var record = First(isFramed ? EvlogFrameTests.InFrame(bytes) : bytes);

            Assert.Equal((layout, wordSize), (record.Layout, record.WordSize));
            Assert.Equal((1_058_291_146, 500_000_000), (record.Seconds, record.Nanoseconds));
            Assert.Equal((0x15, 1, 0u, 0u, 77, 70), (record.ComputeEventType(), record.Processor, record.Uid, record.Gid, record.Pid, record.Pgrp));
            Assert.Equal("disk full\0", Encoding.ASCII.GetString(record.Variable));
        }
    }

    [Fact]
    public void Reader_SeveralFramesOfBothOrders_ReadsAll()
    {
        byte[] datagram = [.. EvlogVectors.Frames.SelectMany(frame => frame)];
        var reader = new EvlogReader(datagram);
        for (var i = 0; i < EvlogVectors.Frames.Count; i++)
        {
            Assert.True(reader.MoveNext());
            Assert.Equal(PacketRejectReason.None, reader.Reason);
            Assert.Equal(EvlogVectors.Frames[i], reader.Frame.ToArray());
        }

        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void Reader_FrameWithoutItsPadding_IsReadAndSoIsTheNext()
    {
        var unpadded = (byte[])EvlogVectors.BinaryFromScsi.Clone();
        unpadded[0] = 71;

        Assert.Equal([PacketRejectReason.None, PacketRejectReason.None], Reasons([.. unpadded, .. EvlogVectors.BinaryFromScsi]));
        Assert.Equal([PacketRejectReason.None], Reasons(unpadded.AsSpan(0, 71)));
    }

    [Fact]
    public void Reader_BrokenFrameBetweenSoundOnes_CostsOnlyItself()
    {
        var broken = (byte[])EvlogVectors.PrintfFromE1000.Clone();
        broken[16 + 7] = 8;
        var foreign = (byte[])EvlogVectors.BinaryFromScsi.Clone();
        foreign[16] = 0;

        Assert.Equal(
            [PacketRejectReason.None, PacketRejectReason.EvlogMalformed, PacketRejectReason.EvlogNoMagic, PacketRejectReason.None],
            Reasons([.. EvlogVectors.BinaryFromScsi, .. broken, .. foreign, .. EvlogVectors.PrintfBigEndian]));
    }

    [Fact]
    public void Reader_CutFrame_IsRefusedByWhatIsMissing()
    {
        Assert.Equal([PacketRejectReason.EvlogBeyondEnd], Reasons(EvlogVectors.PrintfFromE1000.AsSpan(..^10)));
        Assert.Equal([PacketRejectReason.None, PacketRejectReason.EvlogTooShort], Reasons([.. EvlogVectors.PrintfFromE1000, .. EvlogVectors.PrintfFromE1000.AsSpan(0, 20)]));
        var tiny = (byte[])EvlogVectors.PrintfFromE1000.Clone();
        tiny[0] = 20;
        Assert.Equal(PacketRejectReason.EvlogTooShort, Reasons(tiny)[0]);
        Assert.Empty(Reasons([]));
    }

    [Fact]
    public void Reader_DrainedBackToBack_FindsTheLayoutByItsWalk()
    {
        foreach (var record in EvlogVectors.Drained)
        {
            // 70 and 82 bytes: the second one is unaligned.
            Assert.Equal([PacketRejectReason.None, PacketRejectReason.None, PacketRejectReason.None], Reasons([.. record, .. record, .. record]));
            Assert.Equal([PacketRejectReason.None, PacketRejectReason.EvlogBeyondEnd], Reasons([.. record, .. record.AsSpan(..^3)]));
            Assert.Equal([PacketRejectReason.None, PacketRejectReason.EvlogTooShort], Reasons([.. record, .. record.AsSpan(0, 30)]));
        }
    }

    [Theory]
    [InlineData(EvlogLayout.DrainedFirst32)]
    [InlineData(EvlogLayout.DrainedFirst64)]
    [InlineData(EvlogLayout.DrainedSecond32)]
    [InlineData(EvlogLayout.DrainedSecond64)]
    public void Reader_OldestLayouts_AreToldByVersionAndWalk(EvlogLayout layout)
    {
        foreach (var isBigEndian in new[] { false, true })
        {
            var header = new EvlogHeader
            {
                Facility = "local3",
                Severity = Severity.Error,
                Format = EvlogFormat.String,
                EventType = 9,
                Processor = 2,
                Uid = 1,
                Gid = 2,
                Pid = 3,
                Pgrp = 4,
                Seconds = 1_000_000_000,
                Nanoseconds = 5,
            };
            var one = new byte[EvlogWriter.RecordLength(layout, 4)];
            EvlogWriter.WriteRecord(header, "abc\0"u8, layout, isBigEndian, one);

            var record = First([.. one, .. one]);

            Assert.Equal((layout, isBigEndian), (record.Layout, record.IsBigEndian));
            Assert.Equal((152u, 9, 2, 1u, 2u, 3, 4), (record.FacilityCode, record.RawEventType, record.Processor, record.Uid, record.Gid, record.Pid, record.Pgrp));
            Assert.Equal((1_000_000_000, 5), (record.Seconds, record.Nanoseconds));
            Assert.True(record.Facility.IsEmpty);
            Assert.Equal("abc\0", Encoding.ASCII.GetString(record.Variable));
        }
    }
}

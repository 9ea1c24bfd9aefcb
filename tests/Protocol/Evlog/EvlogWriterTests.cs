using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Mayday.Protocol.Evlog;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests.Evlog;

/// <summary>Reader and writer against the golden records, and against each other over anything.</summary>
public sealed class EvlogWriterTests
{
    private static readonly EvlogHeader s_scsi = new()
    {
        Facility = "scsi",
        Severity = Severity.Warning,
        Format = EvlogFormat.Binary,
        EventType = 0x15,
        Flags = EvlogFlags.KernelEvent | EvlogFlags.Interrupt,
        Processor = 1,
    };

    private static readonly EvlogHeader s_diskFull = new()
    {
        Facility = "scsi",
        Severity = Severity.Warning,
        Format = EvlogFormat.String,
        EventType = 0x15,
        Processor = 1,
        Pid = 77,
        Pgrp = 70,
        Seconds = 1_058_291_146,
        Nanoseconds = 500_000_000,
    };

    // Dirty memory: a byte that is never written fails.
    private static byte[] Frame(EvlogHeader header, ReadOnlySpan<byte> variable, EvlogLayout layout = EvlogLayout.Netlink, bool isBigEndian = false)
    {
        var frame = new byte[EvlogWriter.FrameLength(layout, variable.Length)];
        frame.AsSpan().Fill(0xff);
        Assert.Equal(frame.Length, EvlogWriter.WriteFrame(header, variable, layout, isBigEndian, frame));
        return frame;
    }

    private static byte[] Record(EvlogHeader header, ReadOnlySpan<byte> variable, EvlogLayout layout, bool isBigEndian = false)
    {
        var record = new byte[EvlogWriter.RecordLength(layout, variable.Length)];
        record.AsSpan().Fill(0xff);
        Assert.Equal(record.Length, EvlogWriter.WriteRecord(header, variable, layout, isBigEndian, record));
        return record;
    }

    [Fact]
    public void Write_EachGoldenRecord_IsByteForByteEqual()
    {
        var e1000 = PrintfPacker.Pack(
            "%s (%s %s) %s: The EEPROM Checksum Is Not Valid\n"u8,
            [PrintfValue.Of("eth0"), PrintfValue.Of("e1000"), PrintfValue.Of("0000:00:03.0"), PrintfValue.Of("PROBE")], 8, false, out _);
        var linkDown = PrintfPacker.Pack("%s: link down, status=%d"u8, [PrintfValue.Of("eth0"), PrintfValue.Of(-5)], 4, true, out _);
        var crc = new EvlogHeader { Facility = "e1000", Severity = Severity.Error, Format = EvlogFormat.Printf, Flags = EvlogFlags.KernelEvent | EvlogFlags.EventTypeCrc, Pid = 1234, Pgrp = 1234 };

        Assert.Equal(EvlogVectors.PrintfFromE1000, Frame(crc, e1000));
        Assert.Equal(EvlogVectors.BinaryFromScsi, Frame(s_scsi, [1, 2, 3]));
        Assert.Equal(
            EvlogVectors.NoDataWithLongFacility,
            Frame(new EvlogHeader { Facility = "abcdefghijklmno", Severity = Severity.Critical, Format = EvlogFormat.NoData, EventType = 7, Processor = 3, Uid = 500, Gid = 500, Pid = 77, Pgrp = 70 }, []));
        Assert.Equal(EvlogVectors.PrintfBigEndian, Frame(crc with { Facility = "e100", Pid = 1, Pgrp = 1 }, linkDown, isBigEndian: true));
        Assert.Equal(EvlogVectors.BinaryInOldLayout, Frame(s_scsi, [1, 2, 3], EvlogLayout.NetlinkEarly));
        Assert.Equal(EvlogVectors.StringDrained32, Record(s_diskFull, "disk full\0"u8, EvlogLayout.Drained32));
        Assert.Equal(EvlogVectors.StringDrained64, Record(s_diskFull, "disk full\0"u8, EvlogLayout.Drained64));
    }

    [Fact]
    public void Pack_GoldenBodies_AreByteForByteEqual()
    {
        PrintfValue[][] values =
        [
            [PrintfValue.Of("eth0"), PrintfValue.Of(-5)],
            [PrintfValue.Of('A'), PrintfValue.Of(-2), PrintfValue.Of(7), PrintfValue.Of(0x1122334455667788), PrintfValue.Of(long.MinValue + 1), PrintfValue.Of(3), PrintfValue.Of(4), PrintfValue.Of(5), PrintfValue.Of(unchecked((long)0xffff880012345678))],
            [PrintfValue.Of('A'), PrintfValue.Of(-2), PrintfValue.Of(7), PrintfValue.Of(0x1122334455667788), PrintfValue.Of(long.MinValue + 1), PrintfValue.Of(3), PrintfValue.Of(4), PrintfValue.Of(5), PrintfValue.Of(unchecked((long)0xffff880012345678))],
            [PrintfValue.Of(5), PrintfValue.Of(42), PrintfValue.Of(3), PrintfValue.Of("abcdef"), PrintfValue.Of(8), PrintfValue.Of(3), PrintfValue.Of(7)],
            [PrintfValue.Of(1), PrintfValue.Of(2)],
            [PrintfValue.Of(0), PrintfValue.Of(9)],
            [PrintfValue.Of(0x55), PrintfValue.Of(6)],
            [PrintfValue.Of(0x55), PrintfValue.Of(6)],
            [PrintfValue.Of("a"), PrintfValue.Of(1), PrintfValue.Of("bc"), PrintfValue.Of(2)],
            [PrintfValue.Of("a"), PrintfValue.Of(1), PrintfValue.Of("bc"), PrintfValue.Of(2)],
            [PrintfValue.Of(6), PrintfValue.Of(7), PrintfValue.Of(9)],
            [PrintfValue.Of("sda")],
            [],
        ];
        for (var i = 0; i < values.Length; i++)
        {
            var vector = EvlogVectors.PrintfBodies[i];
            var format = vector.Body().AsSpan();
            format = format[..format.IndexOf((byte)0)];
            var packed = PrintfPacker.Pack([.. format, (byte)'\n'], values[i], vector.WordSize == 0 ? 8 : vector.WordSize, false, out var isCut);

            Assert.Equal(vector.Hex, Convert.ToHexStringLower(packed));
            Assert.False(isCut);
        }
    }

    [Fact]
    public void Write_LongVariablePart_IsCutAndFlagged()
    {
        var frame = Frame(s_scsi, new byte[9000]);
        var reader = new EvlogReader(frame);

        Assert.True(reader.MoveNext());
        Assert.Equal(8260, frame.Length);
        Assert.Equal(8192, reader.Record.Variable.Length);
        Assert.True(reader.Record.Flags.HasFlag(EvlogFlags.Truncate));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sixteen-letters!")]
    [InlineData("tab\there")]
    public void Write_WhatIsNoFacility_IsRefused(string facility) => Assert.Throws<ArgumentException>(() => Frame(s_scsi with { Facility = facility }, []));

    [Fact]
    public void WrittenRecords_ReadBack_AreTheSame()
    {
        var facilities = Gen.Choose(1, 15).SelectMany(length => Gen.ArrayOf(Gen.Choose(' ', '~').Select(letter => (char)letter), length)).Select(letters => new string(letters));
        var records =
            from facility in facilities
            from layout in Gen.Elements(Enum.GetValues<EvlogLayout>())
            from isBigEndian in Gen.Elements(false, true)
            from format in Gen.Choose(0, 3)
            from severity in Gen.Choose(0, 7)
            from numbers in Gen.ArrayOf(Gen.Choose(int.MinValue, int.MaxValue), 8)
            from variable in Gen.Choose(0, 60).SelectMany(length => Gen.ArrayOf(Gen.Choose(0, 255).Select(one => (byte)one), length))
            select (new EvlogHeader
            {
                Facility = facility,
                Format = (EvlogFormat)format,
                Severity = (Severity)severity,
                EventType = numbers[0],
                Flags = (EvlogFlags)numbers[1],
                Processor = numbers[2],
                Uid = (uint)numbers[3],
                Gid = (uint)numbers[4],
                Pid = numbers[5],
                Pgrp = numbers[6],
                Seconds = numbers[7],
                Nanoseconds = (numbers[7] & int.MaxValue) % 1_000_000_000,
            }, Layout: layout, IsBigEndian: isBigEndian, Variable: variable);

        Prop.ForAll(records.ToArbitrary(), one =>
        {
            var (header, layout, isBigEndian, variable) = one;
            var reader = new EvlogReader(Frame(header, variable, layout, isBigEndian));
            if (!reader.MoveNext() || reader.Reason != PacketRejectReason.None)
            {
                return false;
            }

            var record = reader.Record;
            // A foreign layout may fit by chance; where ours is not the one that was read, only the preferred order may be the reason.
            if (record.Layout != layout)
            {
                return record.Layout < layout;
            }

            return record.IsBigEndian == isBigEndian
                && record.Format == header.Format
                && record.Severity == header.Severity
                && record.RawEventType == header.EventType
                && record.Flags == header.Flags
                && record.Processor == header.Processor
                && (record.Uid, record.Gid, record.Pid, record.Pgrp) == (header.Uid, header.Gid, header.Pid, header.Pgrp)
                && (record.FacilityCode is { } code ? code == EvlogFacility.CodeOf(header.Facility) : Encoding.ASCII.GetString(record.Facility) == header.Facility)
                && (record.Seconds is null || (record.Seconds, record.Nanoseconds) == (header.Seconds, header.Nanoseconds))
                && record.Variable.SequenceEqual(variable)
                && !reader.MoveNext();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void PackedArguments_ReadBack_AreTheSame()
    {
        var conversions = Gen.Elements("%d", "%u", "%ld", "%lx", "%llu", "%Ld", "%zu", "%p", "%s", "%c", "%hd", "%5d", "%-8s", "%*d", "%.*s", "%*.*lx", "%%", "text ", "%n");
        var bodies =
            from parts in Gen.Choose(0, 8).SelectMany(length => Gen.ArrayOf(conversions, length))
            from numbers in Gen.ArrayOf(Gen.Choose(int.MinValue, int.MaxValue), 32)
            from texts in Gen.ArrayOf(Gen.Choose(0, 12).SelectMany(length => Gen.ArrayOf(Gen.Choose('a', 'z').Select(letter => (char)letter), length)).Select(letters => new string(letters)), 32)
            from wordSize in Gen.Elements(4, 8)
            from isBigEndian in Gen.Elements(false, true)
            select (Parts: parts, Numbers: numbers, Texts: texts, WordSize: wordSize, IsBigEndian: isBigEndian);

        Prop.ForAll(bodies.ToArbitrary(), one =>
        {
            var values = new List<PrintfValue>();
            var expected = new List<string>();
            foreach (var part in one.Parts)
            {
                foreach (var _ in part.Where(letter => letter == '*'))
                {
                    var width = one.Numbers[values.Count] % 20;
                    values.Add(PrintfValue.Of(width));
                    expected.Add(width.ToString());
                }

                switch (part[^1])
                {
                    case 's':
                        values.Add(PrintfValue.Of(one.Texts[values.Count]));
                        expected.Add(one.Texts[values.Count - 1]);
                        break;
                    case 'n':
                        values.Add(PrintfValue.Of(0));
                        break;
                    case '%' or ' ':
                        break;
                    default:
                        long number = one.Numbers[values.Count];
                        values.Add(PrintfValue.Of(number));
                        var is64 = part.Contains("ll") || part.Contains('L') || (one.WordSize == 8 && (part.Contains('l') || part.Contains('z') || part.EndsWith('p')));
                        expected.Add((part switch
                        {
                            "%c" => (byte)number,
                            "%hd" => (short)number,
                            _ when is64 || part.EndsWith('d') => number,
                            _ => (uint)number,
                        }).ToString());
                        break;
                }
            }

            var packed = PrintfPacker.Pack(Encoding.ASCII.GetBytes(string.Concat(one.Parts)), [.. values], one.WordSize, one.IsBigEndian, out _);
            var body = PrintfBody.Read(packed, one.IsBigEndian);
            // Ambiguous ones are the sender's to tell: then the layout's word size decides.
            if (body.WordSize != one.WordSize && !body.IsWordSizeCertain)
            {
                body = PrintfBody.Read(packed, one.IsBigEndian, one.WordSize);
            }

            var read = new List<string>();
            foreach (var argument in body)
            {
                read.Add(argument.Kind == PrintfKind.String ? Encoding.ASCII.GetString(argument.Text) : argument.Number.ToString());
            }

            var room = new byte[4096];
            body.Render(room, out var isCut);
            return !body.IsCut && !isCut && read.SequenceEqual(expected);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }
}

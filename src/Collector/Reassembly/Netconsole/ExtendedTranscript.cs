using System.Buffers;
using System.Globalization;
using System.Text;
using Mayday.Collector.Reassembly.Netoops;
using Mayday.Protocol.Netconsole;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>Reads the datagrams of an extended window: joins fragments, orders by record number, unescapes the text and writes lines as the
/// kernel prints them, <c>&lt;prio&gt;[    5.123456][  T123] text</c>. For each gap it says whether it is a loss.</summary>
internal static class ExtendedTranscript
{
    // The fields of a dump are for people to read; a window of 20,000 records could carry as many different ones.
    private const int MaxFields = 128;
    private const int LongestKey = 64;
    private const int LongestValue = 256;

    private sealed class Record
    {
        public required ulong Sequence { get; init; }

        public required ulong Timestamp { get; init; }

        public required int Priority { get; init; }

        public required string Caller { get; init; }

        public string? Release { get; init; }

        public byte[] Body { get; set; } = [];

        public FragmentedRecord? Fragments { get; init; }

        public uint? MessageId { get; set; }
    }

    public static Transcript Write(ReadOnlySpan<byte> datagrams, bool sendsEveryLevel)
    {
        var records = ReadRecords(datagrams);
        var gaps = new RecordGaps(sendsEveryLevel, records.Count > 0 && records.TrueForAll(record => record.MessageId is not null));
        var fields = new List<UserField>();
        var log = new MemoryStream(datagrams.Length);
        var plain = new ArrayBufferWriter<byte>(256);
        string? host = null, release = null;

        foreach (var record in records)
        {
            if (gaps.Pass(record.Sequence, record.MessageId) is { } mark)
            {
                NetoopsDump.WriteMark(log, mark);
            }

            var body = new MessageBody(record.Body);
            plain.ResetWrittenCount();
            body.UnescapeText(plain);
            WriteLines(log, record, plain.WrittenSpan);
            if (record.Fragments is { IsWhole: false } part)
            {
                NetoopsDump.WriteMark(log, gaps.PassPartial(record.Sequence, part.Total - part.Covered));
            }

            foreach (var field in body.Fields)
            {
                Add(fields, field, ref host, ref release);
            }

            release ??= record.Release ?? Transcript.ReleaseOf(plain.WrittenSpan);
        }

        return new Transcript
        {
            Log = log.ToArray(),
            Completeness = gaps.Describe(),
            HostName = host,
            KernelRelease = release,
            Fields = fields,
            FirstSequence = records.Count == 0 ? 0 : records[0].Sequence,
            HasTimes = true,
        };
    }

    private static List<Record> ReadRecords(ReadOnlySpan<byte> datagrams)
    {
        var byNumber = new Dictionary<ulong, Record>();
        while (DatagramLog.TryRead(ref datagrams, out _, out var datagram))
        {
            if (!ExtendedPacket.TryParse(datagram, out var packet, out _))
            {
                continue;
            }

            if (!byNumber.TryGetValue(packet.Sequence, out var record))
            {
                record = new Record
                {
                    Sequence = packet.Sequence,
                    Timestamp = packet.TimestampMicroseconds,
                    Priority = packet.Priority,
                    Caller = Encoding.ASCII.GetString(packet.Caller),
                    Release = packet.Release.IsEmpty ? null : Encoding.ASCII.GetString(packet.Release),
                    Fragments = packet.HasFragment ? new FragmentedRecord(null, packet.Sequence, packet.FragmentTotal, default) : null,
                    Body = packet.HasFragment ? [] : packet.Body.ToArray(),
                };
                byNumber.Add(packet.Sequence, record);
            }

            if (packet.HasFragment && record.Fragments is { } fragments && fragments.Total == packet.FragmentTotal)
            {
                fragments.Add(packet.FragmentOffset, packet.Body);
            }
        }

        var records = byNumber.Values.ToList();
        records.Sort((one, other) => one.Sequence.CompareTo(other.Sequence));
        foreach (var record in records)
        {
            if (record.Fragments is { } fragments)
            {
                record.Body = JoinFragments(fragments);
            }

            record.MessageId = new MessageBody(record.Body).TryGetMessageId(out var messageId) ? messageId : null;
        }

        return records;
    }

    // Missing fragments are left out, and the mark after the line says how many bytes they had. Text before a gap is not joined to the text
    // after it.
    private static byte[] JoinFragments(FragmentedRecord fragments)
    {
        var body = new byte[fragments.Total];
        fragments.CopyTo(body);
        if (fragments.IsWhole)
        {
            return body;
        }

        var joined = new MemoryStream(fragments.Covered + 8);
        var end = 0;
        foreach (var range in fragments.Ranges)
        {
            if (range.Start > end)
            {
                joined.Write(" ... "u8);
            }

            joined.Write(body.AsSpan(range.Start, range.End - range.Start));
            end = range.End;
        }

        return joined.ToArray();
    }

    // Each line of a multi-line record gets the prefix, as the kernel prints it on a console.
    private static void WriteLines(MemoryStream log, Record record, ReadOnlySpan<byte> text)
    {
        var seconds = record.Timestamp / 1_000_000;
        var micros = record.Timestamp % 1_000_000;
        var prefix = record.Caller.Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"<{record.Priority}>[{seconds,5}.{micros:D6}] ")
            : string.Create(CultureInfo.InvariantCulture, $"<{record.Priority}>[{seconds,5}.{micros:D6}][{record.Caller,6}] ");
        Span<byte> prefixBytes = stackalloc byte[128];
        var prefixLength = Encoding.ASCII.GetBytes(prefix.AsSpan(0, Math.Min(prefix.Length, prefixBytes.Length)), prefixBytes);
        do
        {
            var end = text.IndexOf((byte)'\n');
            log.Write(prefixBytes[..prefixLength]);
            log.Write(end < 0 ? text : text[..end]);
            log.WriteByte((byte)'\n');
            text = end < 0 ? default : text[(end + 1)..];
        }
        while (!text.IsEmpty);
    }

    private static void Add(List<UserField> fields, MessageField field, ref string? host, ref string? release)
    {
        if (field.Key.SequenceEqual("msgid"u8))
        {
            return;
        }

        var key = SenderText.Read(field.Key, LongestKey);
        var value = SenderText.Read(field.Value, LongestValue) ?? "";
        if (key is null)
        {
            return;
        }

        if (key == "host" && value.Length > 0)
        {
            host = value;
        }
        else if (key == "release" && value.Length > 0)
        {
            release ??= value;
        }

        var pair = new UserField(key, value);
        if (fields.Count < MaxFields && !fields.Contains(pair))
        {
            fields.Add(pair);
        }
    }
}

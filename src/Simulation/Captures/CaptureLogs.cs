using System.Buffers;
using System.Globalization;
using System.Text;
using Mayday.Protocol;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;

namespace Mayday.Simulation.Captures;

/// <summary>Restores the kernel logs that a capture was made from: one log per source port and boot. Extended netconsole is ordered by
/// sequence number, basic netconsole is joined in order of arrival, netoops is joined by packet number. Missing packets are left
/// out.</summary>
public static class CaptureLogs
{
    // A new boot begins where the sequence number goes back by more than reordering explains, together with the time. Within a boot the
    // time alone goes back by up to two seconds between CPUs.
    private const ulong RebootSequenceStep = 64;
    private const ulong RebootMicroseconds = 2_000_000;

    /// <summary>Makes text of a capture.</summary>
    /// <param name="capture">The datagrams, in the order of their arrival.</param>
    /// <returns>Logs, oldest line first, in lines of <c>&lt;N&gt;[time] text</c> where the capture carries level and time.</returns>
    public static IReadOnlyList<byte[]> Read(IReadOnlyList<CapturedDatagram> capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        var logs = new List<byte[]>();
        foreach (var stream in capture.GroupBy(datagram => datagram.Port))
        {
            var payloads = stream.Select(datagram => datagram.Payload).ToArray();
            switch (MainFormat(payloads))
            {
                case DatagramFormat.Netoops:
                    logs.AddRange(JoinNetoops(payloads));
                    break;
                case DatagramFormat.NetconsoleExtended:
                    logs.AddRange(SplitBoots(ReadRecords(payloads)).Select(WriteText));
                    break;
                default:
                    logs.Add([.. payloads.SelectMany(payload => payload)]);
                    break;
            }
        }

        logs.RemoveAll(log => log.Length == 0);
        return logs;
    }

    /// <summary>Puts the extended records of one stream together, in the order in which their first datagram came.</summary>
    /// <param name="payloads">Datagrams of one source port; those of other formats are passed over.</param>
    /// <returns>The records; each boot has its own.</returns>
    public static IReadOnlyList<CapturedRecord> ReadRecords(IEnumerable<byte[]> payloads)
    {
        ArgumentNullException.ThrowIfNull(payloads);
        var records = new List<CapturedRecord>();
        var open = new Dictionary<ulong, CapturedRecord>();
        foreach (var payload in payloads)
        {
            if (!ExtendedPacket.TryParse(payload, out var packet, out _))
            {
                continue;
            }

            // The same number with another time is a record of another boot.
            if (open.TryGetValue(packet.Sequence, out var known) && known.TimestampMicroseconds == packet.TimestampMicroseconds)
            {
                known.Add(packet);
                continue;
            }

            var record = new CapturedRecord(packet);
            open[packet.Sequence] = record;
            records.Add(record);
        }

        return records;
    }

    private static DatagramFormat MainFormat(byte[][] payloads)
    {
        var formats = payloads.GroupBy(payload => DatagramClassifier.Classify(payload)).ToDictionary(group => group.Key, group => group.Count());
        return formats.Count == 0 ? DatagramFormat.Unknown : formats.MaxBy(format => format.Value).Key;
    }

    private static IEnumerable<List<CapturedRecord>> SplitBoots(IReadOnlyList<CapturedRecord> records)
    {
        var boot = new List<CapturedRecord>();
        ulong lastSequence = 0, lastTime = 0;
        foreach (var record in records)
        {
            if (boot.Count > 0 && record.Sequence + RebootSequenceStep < lastSequence
                && record.TimestampMicroseconds + RebootMicroseconds < lastTime)
            {
                yield return boot;
                boot = [];
                lastSequence = lastTime = 0;
            }

            boot.Add(record);
            lastSequence = Math.Max(lastSequence, record.Sequence);
            lastTime = Math.Max(lastTime, record.TimestampMicroseconds);
        }

        if (boot.Count > 0)
        {
            yield return boot;
        }
    }

    // Each line of a record gets the level and the time of the record, as the kernel does in a dump.
    private static byte[] WriteText(List<CapturedRecord> records)
    {
        var log = new ArrayBufferWriter<byte>();
        var text = new ArrayBufferWriter<byte>();
        foreach (var record in records.OrderBy(record => record.Sequence))
        {
            text.ResetWrittenCount();
            new MessageBody(record.JoinBody()).UnescapeText(text);
            var prefix = Prefix(record);
            foreach (var line in text.WrittenSpan.Split((byte)'\n'))
            {
                log.Write(prefix);
                log.Write(text.WrittenSpan[line]);
                log.Write("\n"u8);
            }
        }

        return log.WrittenSpan.ToArray();
    }

    private static byte[] Prefix(CapturedRecord record)
    {
        var seconds = record.TimestampMicroseconds / 1_000_000;
        var micros = record.TimestampMicroseconds % 1_000_000;
        var caller = record.Caller.IsEmpty ? "" : $"[{Encoding.Latin1.GetString(record.Caller.Span),6}]";
        return Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<{record.Priority}>[{seconds,5}.{micros:D6}]{caller} "));
    }

    private static IEnumerable<byte[]> JoinNetoops(byte[][] payloads)
    {
        var dumps = new List<SortedDictionary<int, byte[]>>();
        var byKey = new Dictionary<string, SortedDictionary<int, byte[]>>(StringComparer.Ordinal);
        Span<byte> key = stackalloc byte[NetoopsPacket.KeyLength];
        foreach (var payload in payloads)
        {
            if (!NetoopsPacket.TryParse(payload, out var packet, out _))
            {
                continue;
            }

            packet.ComputeKey(key);
            var name = Convert.ToHexString(key);
            if (!byKey.TryGetValue(name, out var chunks))
            {
                byKey.Add(name, chunks = []);
                dumps.Add(chunks);
            }

            chunks.TryAdd(packet.PacketNumber, packet.Data.TrimEnd((byte)0).ToArray());
        }

        // The highest number is the oldest text.
        return dumps.Select(chunks => chunks.Reverse().SelectMany(chunk => chunk.Value).ToArray());
    }
}

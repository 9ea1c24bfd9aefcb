using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Mayday.Protocol.Netconsole;

namespace Mayday.Analysis.Lines;

/// <summary>
/// Reads a capture file of extended netconsole datagrams ("6,1234,5678901,-,caller=T16;text"). It sorts the records by sequence number,
/// joins fragments, drops duplicates and writes the text in print style, as the collector does with a live stream. When both the sequence
/// number and the clock go back, a new boot begins. Memory is bounded by the file size.
/// </summary>
public sealed class ExtendedCapture
{
    // This many lines are enough to recognise the format. A log that only quotes a few such records is still a plain log.
    private const int SampleLines = 200;

    // Same limits as the collector's restart detection: clocks of two CPUs can differ by seconds, and reordering moves a record by fewer
    // records than this.
    private const ulong ClockSkew = 30_000_000;
    private const ulong LeastRestartStep = 64;

    private readonly List<Line> _lines;

    private ExtendedCapture(byte[] log, List<Line> lines)
    {
        Log = log;
        _lines = lines;
    }

    /// <summary>The text in order, one line like "&lt;4&gt;[   12.345678][   T16] text" for each record.</summary>
    public byte[] Log { get; }

    /// <summary>Checks whether <paramref name="file"/> is such a capture. If so, reads it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out ExtendedCapture capture)
    {
        capture = null!;
        if (!IsCapture(file))
        {
            return false;
        }

        var records = ReadRecords(file);
        var log = new ArrayBufferWriter<byte>(Math.Max(256, file.Length));
        var lines = new List<Line>(records.Count);
        for (var i = 0; i < records.Count;)
        {
            var next = i + 1;
            while (next < records.Count && records[next].Boot == records[i].Boot && records[next].Sequence == records[i].Sequence && records[i].Header > 0)
            {
                next++;
            }

            Write(file, records, i, next, log, lines);
            i = next;
        }

        capture = new ExtendedCapture(log.WrittenSpan.ToArray(), lines);
        return true;
    }

    /// <summary>
    /// Translates the position of a report found in <see cref="Log"/> to the file: from the start of its first line to the end of its last
    /// line.
    /// </summary>
    public CrashReport Place(CrashReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var first = IndexOf(report.Start);
        var last = IndexOf(Math.Max(report.Start, report.End - 1));
        var end = _lines[first].FileEnd;
        for (var i = first; i <= last; i++)
        {
            end = Math.Max(end, _lines[i].FileEnd);
        }

        return report with { Start = _lines[first].FileStart, End = end };
    }

    private int IndexOf(int position)
    {
        var low = 0;
        var high = _lines.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_lines[middle].Start <= position)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private static bool IsCapture(ReadOnlySpan<byte> file)
    {
        int headed = 0, others = 0;
        while (!file.IsEmpty && headed + others < SampleLines)
        {
            var line = TakeLine(ref file);
            // Dictionary lines of a record begin with a space.
            if (line.IsEmpty || line[0] == ' ')
            {
                continue;
            }

            if (ExtendedPacket.HasExtendedHeader(line))
            {
                headed++;
            }
            else
            {
                others++;
            }
        }

        return headed > 0 && headed >= others * 4;
    }

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return line;
    }

    /// <summary>
    /// Reads records in the order of boot, sequence number and file position. Fragments and duplicates of one record are adjacent.
    /// </summary>
    private static List<Record> ReadRecords(ReadOnlySpan<byte> file)
    {
        var records = new List<Record>();
        var boot = 0;
        ulong highest = 0, clock = 0;
        var at = 0;
        while (at < file.Length)
        {
            var end = at + EndOfRecord(file[at..]);
            if (!ExtendedPacket.HasExtendedHeader(file[at..end]))
            {
                // A line without a header, from another source. It stays after the record it followed.
                records.Add(new Record(boot, highest, 0, 0, at, end, 0, 0, 0, ""));
                at = end;
                continue;
            }

            while (at < end)
            {
                var header = file[at..end].IndexOf((byte)';') + 1;
                var fragment = ReadFragment(file.Slice(at, header), out var offset, out var total, out var lead);
                var stop = end;
                if (fragment)
                {
                    // Datagrams that were written without a line end between them. Each fragment repeats the header up to the offset.
                    var again = file[(at + header)..end].IndexOf(file.Slice(at, lead));
                    stop = again >= 0 ? at + header + again : end;
                }

                // Only the header is parsed here. Joining the fragments cuts a body that is too long.
                if (!ExtendedPacket.TryParse(fragment ? Headed(file.Slice(at, header), lead) : file[at..stop], out var packet, out _))
                {
                    break;
                }

                if (packet.Sequence + LeastRestartStep < highest
                    && (packet.TimestampMicroseconds + ClockSkew < clock || file[(at + header)..stop].StartsWith("Linux version "u8)))
                {
                    boot++;
                    highest = clock = 0;
                }

                highest = Math.Max(highest, packet.Sequence);
                clock = Math.Max(clock, packet.TimestampMicroseconds);
                records.Add(new Record(boot, packet.Sequence, packet.TimestampMicroseconds, packet.Priority, at, stop, header, offset, total, Encoding.ASCII.GetString(packet.Caller)));
                at = stop;
            }

            at = end;
        }

        // The file position is the last sort key, so equal records keep their order.
        records.Sort(static (a, b) => a.Boot != b.Boot ? a.Boot.CompareTo(b.Boot) : a.Sequence != b.Sequence ? a.Sequence.CompareTo(b.Sequence)
            : (a.Header == 0) != (b.Header == 0) ? (a.Header == 0).CompareTo(b.Header == 0) : a.Start.CompareTo(b.Start));
        return records;
    }

    /// <summary>Returns the header without its fragment fields, which this class checks itself.</summary>
    private static byte[] Headed(ReadOnlySpan<byte> header, int lead)
    {
        var plain = new byte[lead - ",ncfrag=".Length + 1];
        header[..(plain.Length - 1)].CopyTo(plain);
        plain[^1] = (byte)';';
        return plain;
    }

    /// <summary>
    /// The record ends at the next line with a header. Dictionary lines belong to the record, and so does the rest of a fragment that
    /// contained a line end.
    /// </summary>
    private static int EndOfRecord(ReadOnlySpan<byte> rest)
    {
        var from = 0;
        while (true)
        {
            var end = rest[from..].IndexOf((byte)'\n');
            if (end < 0)
            {
                return rest.Length;
            }

            from += end + 1;
            if (from == rest.Length || rest[from] != ' ')
            {
                return from;
            }
        }
    }

    /// <summary>Reads "...,ncfrag=962/1205;". <paramref name="lead"/> is the length up to the offset.</summary>
    private static bool ReadFragment(ReadOnlySpan<byte> header, out int offset, out int total, out int lead)
    {
        offset = total = lead = 0;
        var at = header.IndexOf(",ncfrag="u8);
        if (at < 0)
        {
            return false;
        }

        lead = at + ",ncfrag=".Length;
        var value = header[lead..];
        return Utf8Parser.TryParse(value, out offset, out var used) && used > 0 && offset >= 0 && used < value.Length && value[used] == '/'
            && Utf8Parser.TryParse(value[(used + 1)..], out total, out used) && used > 0
            && total is > 0 and <= ExtendedPacket.MaxFragmentTotal && offset < total;
    }

    private static void Write(ReadOnlySpan<byte> file, List<Record> records, int from, int to, ArrayBufferWriter<byte> log, List<Line> lines)
    {
        var record = records[from];
        if (record.Header == 0)
        {
            lines.Add(new Line(log.WrittenCount, record.Start, record.End));
            log.Write(file[record.Start..record.End].TrimEnd((byte)'\n'));
            log.Write("\n"u8);
            return;
        }

        var start = record.Start;
        var end = record.End;
        scoped ReadOnlySpan<byte> body;
        var missing = false;
        if (record.Total == 0)
        {
            body = file[(record.Start + record.Header)..record.End];
        }
        else
        {
            body = Join(file, records, from, to, ref end, out missing);
        }

        var plain = new ArrayBufferWriter<byte>(Math.Max(16, body.Length));
        new MessageBody(body).UnescapeText(plain);
        var prefix = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"<{record.Priority}>[{record.Timestamp / 1_000_000,5}.{record.Timestamp % 1_000_000:D6}]{(record.Caller.Length == 0 ? "" : $"[{record.Caller,6}]")} "));
        var text = plain.WrittenSpan;
        do
        {
            lines.Add(new Line(log.WrittenCount, start, end));
            log.Write(prefix);
            log.Write(TakeLine(ref text));
            log.Write("\n"u8);
        }
        while (!text.IsEmpty);

        if (missing)
        {
            lines.Add(new Line(log.WrittenCount, start, end));
            log.Write(Encoding.ASCII.GetBytes(GapMark.ForRecords(record.Sequence, record.Sequence)));
            log.Write("\n"u8);
        }
    }

    /// <summary>Joins fragments by their offsets. Missing fragments are left out and marked in the text.</summary>
    private static byte[] Join(ReadOnlySpan<byte> file, List<Record> records, int from, int to, ref int end, out bool missing)
    {
        var pieces = records[from..to].FindAll(r => r.Total == records[from].Total);
        pieces.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Start.CompareTo(b.Start));
        var joined = new ArrayBufferWriter<byte>(Math.Min(pieces[0].Total, ExtendedPacket.MaxFragmentTotal));
        var covered = 0;
        missing = false;
        for (var i = 0; i < pieces.Count; i++)
        {
            var piece = pieces[i];
            end = Math.Max(end, piece.End);
            if (i > 0 && piece.Offset == pieces[i - 1].Offset)
            {
                continue;   // a duplicate
            }

            // Each fragment ends where the next one begins. Some tools write a line end after each datagram, which is not part of the
            // fragment.
            var next = pieces.FindIndex(i, p => p.Offset > piece.Offset);
            var most = (next < 0 ? piece.Total : pieces[next].Offset) - piece.Offset;
            var bytes = file[(piece.Start + piece.Header)..piece.End];
            if (bytes.Length > most)
            {
                bytes = bytes[..most];
            }

            if (piece.Offset > covered)
            {
                missing = true;
                joined.Write(" ... "u8);
            }

            joined.Write(bytes);
            covered = piece.Offset + bytes.Length;
        }

        // The last byte is the line end. A line-based capture may have lost it, so one missing byte is not a gap.
        missing |= covered + 1 < pieces[0].Total;
        return joined.WrittenSpan.ToArray();
    }

    private readonly record struct Record(
        int Boot, ulong Sequence, ulong Timestamp, int Priority, int Start, int End, int Header, int Offset, int Total, string Caller);

    /// <summary>Where a line of the text is in the file.</summary>
    private readonly record struct Line(int Start, int FileStart, int FileEnd);
}

using System.Buffers;
using Mayday.Collector.Datagrams;
using Mayday.Protocol.Evlog;

namespace Mayday.Collector.Intake;

/// <summary>Watches console lines for records that a kernel printed because no program listened ("evlog packet dropped: ..."), and collects
/// each with the lines after it. Any other line costs one search for these words.</summary>
internal sealed class FallbackWatch(EventBlockWriter events, int maxPending, ShardCounters counters)
{
    // The kernel prints the lines of a record in a row. 2 s (in microseconds), the same time that a window waits for its lines.
    private const long Quiet = 2_000_000;

    // A head and a dump of 512 bytes are 2 KB, including the prefixes that printk adds to each line.
    private const int MaxBytes = 8 << 10;

    private const int DumpedALine = 16;

    private readonly Dictionary<SourceEndPoint, Pending> _pending = [];

    /// <summary>The next lines of some machine belong to a record.</summary>
    public bool IsWaiting => _pending.Count > 0;

    public void Look(in SourceEndPoint source, ReadOnlySpan<byte> text, Moment now)
    {
        var isHead = EvlogFallbackLine.Mentions(text);
        if (!isHead && !IsWaiting)
        {
            return;
        }

        if (isHead && TryFindHead(ref text, out var head))
        {
            Finish(source);
            if (_pending.Count >= maxPending)
            {
                counters.Evicted(EvictedTable.Printed);
                Finish(_pending.MinBy(one => one.Value.Began.Monotonic).Key);
            }

            _pending[source] = new Pending(now, LinesOf(head), head.Format == EvlogFormat.Printf ? LinesOfDump(head) : 0);
        }

        if (_pending.TryGetValue(source, out var pending) && pending.Add(text))
        {
            Finish(source);
        }
    }

    /// <summary>Finishes records that received no further lines.</summary>
    public void Tick(Moment now)
    {
        if (_pending.Count == 0)
        {
            return;
        }

        foreach (var (source, pending) in _pending.ToArray())
        {
            if (now.Monotonic - pending.Began.Monotonic >= Quiet)
            {
                Finish(source);
            }
        }
    }

    public void Flush()
    {
        foreach (var source in _pending.Keys.ToArray())
        {
            Finish(source);
        }
    }

    private void Finish(SourceEndPoint source)
    {
        if (_pending.Remove(source, out var pending))
        {
            counters.EventsReceived++;
            events.Add(source, EventOrigin.Printk, pending.Began.Unix, pending.Text);
        }
    }

    private static int LinesOf(EvlogFallbackLine head) => head.Format switch
    {
        EvlogFormat.NoData => 1,
        EvlogFormat.Binary => 1 + LinesOfDump(head),
        _ => 2,
    };

    private static int LinesOfDump(EvlogFallbackLine head) => ((int)Math.Min(head.Size, EvlogFallbackLine.MaxDumpedBytes) + DumpedALine - 1) / DumpedALine;

    // A datagram of basic netconsole may contain other lines before it.
    private static bool TryFindHead(ref ReadOnlySpan<byte> text, out EvlogFallbackLine head)
    {
        foreach (var range in text.Split((byte)'\n'))
        {
            if (EvlogFallbackLine.TryParse(text[range], out head))
            {
                text = text[range.Start..];
                return true;
            }
        }

        head = default;
        return false;
    }

    /// <summary>A head that waits for its lines.</summary>
    private sealed class Pending(Moment began, int lines, int linesOfDump)
    {
        private readonly ArrayBufferWriter<byte> _text = new(512);
        private int _wanted = lines;

        public Moment Began => began;

        public ReadOnlySpan<byte> Text => _text.WrittenSpan;

        /// <summary>Adds the machine's next lines; true when the record is complete.</summary>
        public bool Add(ReadOnlySpan<byte> said)
        {
            if (_text.WrittenCount + said.Length + 1 > MaxBytes)
            {
                return true;
            }

            _text.Write(said);
            if (!said.EndsWith("\n"u8))
            {
                _text.Write("\n"u8);
            }

            var lines = _text.WrittenSpan.Count((byte)'\n');
            // A PRINTF record that was written as bytes is dumped like a binary one. Only its second line shows that.
            if (lines == 2 && linesOfDump > 0 && IsDump(_text.WrittenSpan))
            {
                _wanted = 1 + linesOfDump;
            }

            return lines >= _wanted;
        }

        private static bool IsDump(ReadOnlySpan<byte> text)
        {
            Span<byte> bytes = stackalloc byte[DumpedALine];
            var second = text[(text.IndexOf((byte)'\n') + 1)..];
            var start = second.LastIndexOf("0000 "u8);
            return start >= 0 && EvlogFallbackLine.ReadDump(second[start..], bytes, out _) > 0;
        }
    }
}

using Mayday.Collector.Datagrams;
using Mayday.Protocol;
using Mayday.Store.Ingest;

namespace Mayday.Collector.Archive;

/// <summary>Lines of one sender within one hour, up to a size limit. It is one row of the archive, rewritten while it grows.</summary>
internal sealed class ArchivePart(ArchiveSender sender, DateTimeOffset first)
{
    private const int FirstBytes = 1 << 10;

    private byte[] _bytes = new byte[FirstBytes];
    private readonly DateTimeOffset _first = first;
    private int _length;
    private DateTimeOffset _last = first;
    private int _lines;

    public ArchiveSender Sender => sender;

    /// <summary>Made from the time of the first line. It gives the row its day and its order among the rows of the same sender.</summary>
    public Guid Id { get; } = DumpId.At(first);

    public long Hour { get; } = HourOf(first);

    public int Capacity => _bytes.Length;

    public int Lines => _lines;

    /// <summary>Lines that are not in the row yet.</summary>
    public int NewLines { get; private set; }

    /// <summary>When the first of these new lines arrived; monotonic microseconds.</summary>
    public long NewSince { get; private set; }

    public static long HourOf(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerHour;

    public bool HasRoom(int bytes, int most) => _length == 0 || _length + bytes <= most;

    public void Add(ReadOnlySpan<byte> entry, DateTimeOffset arrival, long now)
    {
        if (_length + entry.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + entry.Length, 2 * _bytes.Length));
        }

        entry.CopyTo(_bytes.AsSpan(_length));
        _length += entry.Length;
        _lines++;
        _last = arrival > _last ? arrival : _last;
        NewSince = NewLines == 0 ? now : NewSince;
        NewLines++;
    }

    public LogBlock ToBlock() => new(
        Id,
        new SourceEndPoint(sender.High, sender.Low, 0).ToAddress(),
        sender.IsExtended ? Transport.Netconsole : Transport.NetconsoleBasic,
        _first,
        _last,
        _lines,
        _length,
        LogBlock.Compress(_bytes.AsSpan(0, _length)));

    /// <summary>The row now contains every line of this part.</summary>
    public void Saved() => NewLines = 0;
}

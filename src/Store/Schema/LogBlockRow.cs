using Mayday.Protocol;

namespace Mayday.Store.Schema;

/// <summary>
/// Ordinary console lines of one sender, compressed, within one hour. Partitioned by day. The id is made from the time of the first line.
/// </summary>
public sealed class LogBlockRow
{
    public Guid Id { get; set; }

    public required string Address { get; set; }

    public required string Transport { get; set; }

    public DateTimeOffset FirstAt { get; set; }

    public DateTimeOffset LastAt { get; set; }

    public int Lines { get; set; }

    /// <summary>Size before compression, in bytes.</summary>
    public int Bytes { get; set; }

    /// <summary>A <see cref="DatagramLog"/>, compressed with brotli.</summary>
    public required byte[] Content { get; set; }
}

using Mayday.Protocol;

namespace Mayday.Store.Schema;

/// <summary>Ordinary console lines of one sender, compressed: a part of an hour. Partitioned by day; its id is made from its first line's time.</summary>
public sealed class LogBlockRow
{
    public Guid Id { get; set; }

    public required string Address { get; set; }

    public required string Transport { get; set; }

    public DateTimeOffset FirstAt { get; set; }

    public DateTimeOffset LastAt { get; set; }

    public int Lines { get; set; }

    /// <summary>Bytes before compression.</summary>
    public int Bytes { get; set; }

    /// <summary>A <see cref="DatagramLog"/>, brotli.</summary>
    public required byte[] Content { get; set; }
}

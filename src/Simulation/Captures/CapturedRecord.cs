using Mayday.Protocol.Netconsole;

namespace Mayday.Simulation.Captures;

/// <summary>One record of extended netconsole, put together from the fragments that a capture holds of it.</summary>
public sealed class CapturedRecord
{
    private readonly SortedDictionary<int, byte[]> _fragments = [];

    /// <summary>Starts a record from its first datagram.</summary>
    /// <param name="packet">The datagram.</param>
    public CapturedRecord(ExtendedPacket packet)
    {
        Release = packet.Release.ToArray();
        Caller = packet.Caller.ToArray();
        Priority = packet.Priority;
        Sequence = packet.Sequence;
        TimestampMicroseconds = packet.TimestampMicroseconds;
        Flag = packet.Flag;
        Add(packet);
    }

    /// <summary>The release in front; empty for none.</summary>
    public ReadOnlyMemory<byte> Release { get; }

    /// <summary>Who printed it; empty for none.</summary>
    public ReadOnlyMemory<byte> Caller { get; }

    /// <summary>Facility times 8 plus severity.</summary>
    public int Priority { get; }

    /// <summary>printk record number.</summary>
    public ulong Sequence { get; }

    /// <summary>Microseconds since boot.</summary>
    public ulong TimestampMicroseconds { get; }

    /// <summary><c>-</c> or <c>c</c>.</summary>
    public byte Flag { get; }

    /// <summary>Adds another fragment; the first copy of an offset stays.</summary>
    /// <param name="packet">A datagram with the same sequence number.</param>
    public void Add(ExtendedPacket packet) => _fragments.TryAdd(packet.FragmentOffset, packet.Body.ToArray());

    /// <summary>The body, as far as the capture has it.</summary>
    /// <returns>Text and field lines.</returns>
    public byte[] JoinBody() => [.. _fragments.Values.SelectMany(body => body)];
}

using Mayday.Protocol.Netconsole;

namespace Mayday.Protocol.Kmsg;

/// <summary>One record as a read of <c>/dev/kmsg</c> returns it: <c>prio,seq,ts_usec,flags[,more];text</c>, a line end, and dictionary
/// lines <c> KEY=value</c>. Source: Documentation/ABI/testing/dev-kmsg. A view of the bytes that it was parsed from; allocates nothing,
/// never throws.</summary>
public readonly ref struct KmsgRecord
{
    private KmsgRecord(scoped in RecordHeader header, ReadOnlySpan<byte> body)
    {
        Priority = header.Priority;
        Sequence = header.Sequence;
        TimestampMicroseconds = header.TimestampMicroseconds;
        Flag = header.Flag;
        Caller = header.Caller;
        Body = new MessageBody(body);
    }

    /// <summary>Facility times 8 plus severity: 0..2047.</summary>
    public int Priority { get; }

    /// <summary>Who logged: 0 is the kernel itself, which user space cannot claim.</summary>
    public int Facility => Priority >> 3;

    /// <summary>The severity of the record.</summary>
    public Severity Severity => (Severity)(Priority & 7);

    /// <summary>The printk record number, counted from boot; gaps are lost records.</summary>
    public ulong Sequence { get; }

    /// <summary>Microseconds since boot, monotonic on the sender.</summary>
    public ulong TimestampMicroseconds { get; }

    /// <summary><c>-</c>, or <c>c</c> for a fragment of a line (older kernels: <c>c</c> starts, <c>+</c> goes on).</summary>
    public byte Flag { get; }

    /// <summary><c>T123</c> for a task, <c>C1</c> for another context; empty where the kernel does not say.</summary>
    public ReadOnlySpan<byte> Caller { get; }

    /// <summary>Text and dictionary.</summary>
    public MessageBody Body { get; }

    /// <summary>Reads one record.</summary>
    /// <param name="line">The bytes of one read.</param>
    /// <param name="record">The record; default when the line is not of this form.</param>
    /// <returns>False when a mandatory field is missing or not wholly decimal.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, out KmsgRecord record)
    {
        record = default;
        if (!RecordHeader.TryParse(line, allowRelease: false, out var header))
        {
            return false;
        }

        record = new KmsgRecord(header, line[(header.Length + 1)..]);
        return true;
    }
}

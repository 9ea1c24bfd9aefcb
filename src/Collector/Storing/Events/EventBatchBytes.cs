using System.Buffers.Binary;
using Mayday.Collector.Intake;

namespace Mayday.Collector.Storing.Events;

/// <summary>A batch of events as received: its key and the entries of its blocks. The key is chosen once, so that a batch whose outcome is
/// unknown can be written again.</summary>
internal sealed class EventBatchBytes(Guid key, ReadOnlyMemory<byte> entries, int count)
{
    private const int KeyLength = 16;
    private const int HeadLength = KeyLength + sizeof(int);

    public Guid Key => key;

    public ReadOnlyMemory<byte> Entries => entries;

    public int Count => count;

    /// <summary>Joins blocks into one batch; the caller still owns the blocks.</summary>
    public static EventBatchBytes Join(Guid key, IReadOnlyList<EventBlock> blocks)
    {
        var bytes = new byte[blocks.Sum(block => block.Length)];
        var at = 0;
        foreach (var block in blocks)
        {
            block.Entries.CopyTo(bytes.AsMemory(at));
            at += block.Length;
        }

        return new EventBatchBytes(key, bytes, blocks.Sum(block => block.Count));
    }

    public byte[] ToArray()
    {
        var bytes = new byte[HeadLength + entries.Length];
        key.TryWriteBytes(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(KeyLength), count);
        entries.CopyTo(bytes.AsMemory(HeadLength));
        return bytes;
    }

    /// <summary>Reads what <see cref="ToArray"/> wrote; null when the bytes are not a batch.</summary>
    public static EventBatchBytes? TryRead(byte[] bytes)
    {
        if (bytes.Length < HeadLength)
        {
            return null;
        }

        var batch = new EventBatchBytes(
            new Guid(bytes.AsSpan(0, KeyLength)), bytes.AsMemory(HeadLength), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(KeyLength)));
        var rest = batch.Entries;
        var found = 0;
        while (EventEntry.TryTake(ref rest, out _))
        {
            found++;
        }

        return rest.IsEmpty && found == batch.Count ? batch : null;
    }
}

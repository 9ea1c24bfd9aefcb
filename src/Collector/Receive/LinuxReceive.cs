using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Linux.Memory;
using Mayday.Linux.Sockets;

namespace Mayday.Collector.Receive;

/// <summary>
/// Receives batches of datagrams into a <see cref="DatagramBatch"/>. Their memory, the landing area, is the journal's where there is one: what the
/// last call of a killed process brought is found there.
/// </summary>
internal sealed class LinuxReceive
{
    private readonly LandingArea _landing;
    private readonly ShardJournal? _journal;

    public LinuxReceive(int slots, int slotLength, ShardJournal? journal = null)
    {
        _journal = journal;
        _landing = new LandingArea(journal?.Landing ?? FixedMemory.Allocate((int)LandingArea.Bytes(slots, slotLength)), slots, slotLength);
        _landing.Prepare();
        Batch = new DatagramBatch(slots, slotLength, _landing.Datagrams);
    }

    public DatagramBatch Batch { get; }

    /// <summary>
    /// The last batch is worked on: nothing lies in the landing area any more. Said at once, not at the next call: what was stored meanwhile has left the
    /// journal, and would be taken for new there.
    /// </summary>
    public void Finish() => _landing.Finish();

    /// <summary>Receives what is waiting, at most one batch, without blocking. Adds the socket's drops since its last call to <paramref
    /// name="drops"/>.</summary>
    public int Receive(int socket, ref uint dropsSeen, ref long drops)
    {
        Batch.Clear();
        Finish();

        // From here on the landing area holds what the kernel writes in this call.
        _journal?.Expect();
        var count = _landing.Receive(socket);
        for (var i = 0; i < count; i++)
        {
            Batch.AddLanded(_landing, i, out var dropped);
            if (dropped is { } total)
            {
                drops += total - dropsSeen;
                dropsSeen = total;
            }
        }

        return count;
    }
}

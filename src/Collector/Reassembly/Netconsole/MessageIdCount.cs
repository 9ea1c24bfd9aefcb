namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>Counts the gaps in a target's message ids (u32, wraps). Only these numbers distinguish a loss from records that the console
/// level filtered.</summary>
internal sealed class MessageIdCount
{
    // A larger jump is not a loss but a new count: the option was switched, or the target was created again.
    private const int LargestJump = 100_000;

    private SequenceWindow _window;
    private long _before;

    /// <summary>All known losses, including those of earlier counts of the same stream.</summary>
    public long Missing => _before + (long)_window.Missing;

    /// <summary>Notes an id; returns by how much the known loss changed.</summary>
    public long Note(uint messageId)
    {
        var before = (long)_window.Missing;
        if (!_window.HasStarted)
        {
            _window.Note(Begin(messageId));
            return 0;
        }

        var step = (int)(messageId - (uint)_window.Highest);
        if (step is > LargestJump or <= -SequenceWindow.Span)
        {
            _before += before;
            _window = default;
            _window.Note(Begin(messageId));
            return 0;
        }

        _window.Note((ulong)((long)_window.Highest + step));
        return (long)_window.Missing - before;
    }

    // Starts at 2^32 above the id, so that a late id can be lower than the first.
    private static ulong Begin(uint messageId) => (1UL << 32) + messageId;
}

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>Counts the holes in a target's message ids (u32, wraps): the one number that tells loss from what the console level held back.</summary>
internal sealed class MessageIdCount
{
    // A jump further than this is another count (the toggle was switched, the target made anew), not a loss.
    private const int LargestJump = 100_000;

    private SequenceWindow _window;
    private long _before;

    /// <summary>All that is known to be lost, earlier counts of the same stream included.</summary>
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

    // Room below the first id, so that a late one can be lower.
    private static ulong Begin(uint messageId) => (1UL << 32) + messageId;
}

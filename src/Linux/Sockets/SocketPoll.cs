using Mayday.Linux.Files;

namespace Mayday.Linux.Sockets;

/// <summary>Waits for several sockets at once without allocating, as <see cref="System.Net.Sockets.Socket.Select(System.Collections.IList, System.Collections.IList, System.Collections.IList, int)"/> cannot.</summary>
public static class SocketPoll
{
    /// <summary>Waits until a socket has something or the time is over; a bit for each socket that has. At most 32 sockets.</summary>
    public static uint Wait(ReadOnlySpan<int> sockets, int milliseconds)
    {
        Span<PollEntry> entries = stackalloc PollEntry[sockets.Length];
        for (var i = 0; i < sockets.Length; i++)
        {
            entries[i] = new PollEntry { Descriptor = sockets[i], Events = PollEntry.In };
        }

        uint ready = 0;
        if (FileCalls.Poll(entries, (nuint)entries.Length, milliseconds) > 0)
        {
            for (var i = 0; i < entries.Length; i++)
            {
                ready |= entries[i].Returned != 0 ? 1u << i : 0;
            }
        }

        return ready;
    }
}

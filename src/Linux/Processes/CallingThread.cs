namespace Mayday.Linux.Processes;

/// <summary>What a thread asks of the kernel for itself.</summary>
public static unsafe class CallingThread
{
    /// <summary>Sleeps. <see cref="Thread.Sleep(int)"/> takes half a dozen system calls for it, a thousand times a second.</summary>
    public static void Nap(int milliseconds)
    {
        var time = new TimeSpec { Seconds = milliseconds / 1000, Nanoseconds = milliseconds % 1000 * 1_000_000L };
        _ = ProcessCalls.NanoSleep(&time, null);
    }

    /// <summary>The calling thread goes before others (nice -10) where that is allowed: a dying machine sends once and does not wait for analysis or Postgres.</summary>
    public static void TryGoFirst()
    {
        // Threads that this one happens to start (the pool's) begin with the ordinary priority again.
        const int resetOnFork = 0x4000_0000;
        var priority = 0;
        if (ProcessCalls.SetScheduler(0, resetOnFork, &priority) == 0)
        {
            _ = ProcessCalls.SetPriority(0, 0, -10);
        }
    }
}

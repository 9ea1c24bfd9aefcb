namespace Mayday.Linux.Processes;

/// <summary>What a thread asks of the kernel for itself.</summary>
public static unsafe class CallingThread
{
    /// <summary>Sleeps. <see cref="Thread.Sleep(int)"/> needs about six system calls, and this is called a thousand times a second.</summary>
    public static void Nap(int milliseconds)
    {
        var time = new TimeSpec { Seconds = milliseconds / 1000, Nanoseconds = milliseconds % 1000 * 1_000_000L };
        _ = ProcessCalls.NanoSleep(&time, null);
    }

    /// <summary>Raises the priority of the calling thread (nice -10) where that is allowed. A crashing machine sends its dump once and does
    /// not wait for analysis or Postgres.</summary>
    public static void TryGoFirst()
    {
        // Threads that this one may start (those of the pool) begin with the normal priority again.
        const int resetOnFork = 0x4000_0000;
        var priority = 0;
        if (ProcessCalls.SetScheduler(0, resetOnFork, &priority) == 0)
        {
            _ = ProcessCalls.SetPriority(0, 0, -10);
        }
    }
}

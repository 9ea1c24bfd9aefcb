using System.Runtime.InteropServices;

namespace Mayday.Linux.Clock;

/// <summary>What the kernel says about the system clock.</summary>
public static partial class KernelClock
{
    // adjtimex answers TIME_ERROR when no time service keeps the clock right.
    private const int TimeError = 5;

    // struct timex has 208 bytes on 64-bit Linux; the rest is room for other layouts. All zero means: only read.
    private const int TimexBytes = 512;

    /// <summary>Whether a time service keeps the clock right; null where the kernel cannot be asked.</summary>
    public static bool? IsSynchronised()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            var state = ReadClock(new byte[TimexBytes]);
            return state < 0 ? null : state != TimeError;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    private static partial int ReadClock([In, Out] byte[] timex);
}

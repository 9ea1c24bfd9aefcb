using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Mayday.Linux.Processes;

/// <summary>Signals to other processes.</summary>
public static class ProcessSignal
{
    public const int Interrupt = 2;
    public const int Quit = 3;

    private const int NoSuchProcess = 3;

    /// <summary>Sends a signal.</summary>
    /// <returns>False when there is no such process any more.</returns>
    /// <exception cref="Win32Exception">The kernel refuses; the message is its reason.</exception>
    public static bool TrySend(int process, int signal)
    {
        if (ProcessCalls.Kill(process, signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error);
    }
}

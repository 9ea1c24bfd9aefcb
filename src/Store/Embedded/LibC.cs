using System.Runtime.InteropServices;

namespace Mayday.Store.Embedded;

/// <summary>C library functions that .NET does not offer.</summary>
internal static partial class LibC
{
    public const int SignalInterrupt = 2;
    public const int SignalQuit = 3;

    private const int NoSuchProcess = 3;

    public static bool IsRoot => EffectiveUserId() == 0;

    public static uint UserId => EffectiveUserId();

    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (ChangeOwnerOf(path, user, group) != 0)
        {
            throw new EmbeddedPostgresException($"{path} cannot be given to the database's user: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <returns>False if the process no longer exists.</returns>
    public static bool Signal(int process, int signal)
    {
        if (SendSignal(process, signal) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == NoSuchProcess
            ? false
            : throw new EmbeddedPostgresException($"Process {process} cannot be signalled: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwnerOf(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}

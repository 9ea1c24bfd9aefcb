using System.Runtime.InteropServices;

namespace Mayday.Linux.Files;

/// <summary>Who owns a file.</summary>
public static class FileOwner
{
    /// <summary>Gives a path to a user; a symbolic link itself, never what it leads to.</summary>
    /// <exception cref="IOException">The kernel refuses; the message is its reason.</exception>
    public static void Change(string path, uint user, uint group)
    {
        if (FileCalls.ChangeOwner(path, user, group) != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
    }
}

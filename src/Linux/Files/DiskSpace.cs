using Microsoft.Win32.SafeHandles;

namespace Mayday.Linux.Files;

/// <summary>Room on a disk, promised before it is needed.</summary>
public static class DiskSpace
{
    /// <summary>ENOSPC: the disk is full.</summary>
    public const int NoSpace = 28;

    /// <summary>Gives a file room for so many bytes from its start, and that length.</summary>
    /// <returns>0, or an error number: <see cref="NoSpace"/>, or that of a file system that cannot promise.</returns>
    public static int Reserve(SafeFileHandle file, long bytes) => FileCalls.Allocate(file, 0, bytes);
}

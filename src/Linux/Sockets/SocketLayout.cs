namespace Mayday.Linux.Sockets;

/// <summary>Which systems the structs of this folder are right for.</summary>
public static class SocketLayout
{
    /// <summary>Whether this is 64-bit, little-endian Linux.</summary>
    public static bool IsKnown => OperatingSystem.IsLinux() && IntPtr.Size == sizeof(long) && BitConverter.IsLittleEndian;
}

using System.Runtime.InteropServices;

namespace Mayday.Linux.Sockets;

/// <summary><c>struct iovec</c>: a piece of memory that a system call reads or fills.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public byte* Base;
    public nuint Length;
}

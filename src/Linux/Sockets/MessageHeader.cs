using System.Runtime.InteropServices;

namespace Mayday.Linux.Sockets;

/// <summary><c>struct msghdr</c> of 64-bit Linux, 56 bytes: where a datagram's address, bytes and control messages lie.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    /// <summary>MSG_TRUNC in <see cref="Flags"/>: the datagram was longer than the memory for it.</summary>
    public const int Truncated = 0x20;

    public byte* Name;
    public uint NameLength;
    public IoVector* Vectors;
    public nuint VectorCount;
    public byte* Control;
    public nuint ControlLength;
    public int Flags;
    private readonly uint _padding;
}

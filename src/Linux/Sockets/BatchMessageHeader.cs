using System.Runtime.InteropServices;

namespace Mayday.Linux.Sockets;

/// <summary><c>struct mmsghdr</c> of 64-bit Linux, 64 bytes: one message of recvmmsg or sendmmsg, and the bytes that were received or sent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BatchMessageHeader
{
    public MessageHeader Message;
    public uint Length;
    private readonly uint _padding;
}

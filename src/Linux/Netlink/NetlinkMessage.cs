using System.Buffers.Binary;

namespace Mayday.Linux.Netlink;

/// <summary>What a receive brought.</summary>
public enum NetlinkOutcome
{
    /// <summary>Nothing waits.</summary>
    Nothing,

    /// <summary>A message is in the buffer.</summary>
    Message,

    /// <summary>The kernel had no room for messages meanwhile (ENOBUFS): some are lost, later ones come again.</summary>
    Overrun,
}

/// <summary>One received message, beside its bytes.</summary>
/// <param name="Length">Bytes in the buffer.</param>
/// <param name="IsTruncated">It was longer than the buffer and its end is lost.</param>
/// <param name="SenderPort">The sender's <c>nl_pid</c>: 0 is the kernel and nobody else.</param>
/// <param name="Groups">Mask of the group it was sent to; 0 for a message to the port itself.</param>
/// <param name="Credentials">Who sent it, as the kernel vouches; null where it did not say.</param>
public readonly record struct NetlinkMessage(int Length, bool IsTruncated, uint SenderPort, uint Groups, NetlinkCredentials? Credentials)
{
    // struct nlmsghdr, which kernel_error_event() puts before any payload.
    public const int HeaderLength = 16;

    /// <summary>
    /// KERROR_GROUP_RAW, group 1: callers of bare <c>kernel_error_event()</c>, with payloads of any form and no record header. (Source: the kerror
    /// patch of July 2003.)
    /// </summary>
    public const uint RawGroup = 0x1;

    /// <summary>It went to the raw group. The group is a label that the sender chose, not what we asked for.</summary>
    public bool IsRaw => Groups == RawGroup;

    /// <summary>The payload of a message of the raw group: what stands behind its netlink header, or all of it where it has none.</summary>
    /// <param name="message">The whole datagram, in the byte order of this machine, which sent it.</param>
    /// <returns>A part of <paramref name="message"/>; empty where the header says so.</returns>
    public static ReadOnlySpan<byte> PayloadOf(ReadOnlySpan<byte> message)
    {
        if (message.Length >= HeaderLength)
        {
            // A header that holds what it says is no payload; anything else is, from its first byte.
            var length = BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(message) : BinaryPrimitives.ReadUInt32BigEndian(message);
            if (length >= HeaderLength && length <= (uint)message.Length && message.Length - length < sizeof(uint))
            {
                return message[HeaderLength..(int)length];
            }
        }

        return message;
    }

    /// <summary>
    /// The kernel sent it: port 0, which no program can have, and credentials that name no process. (A process outside our pid namespace has pid 0
    /// too; its port gives it away.)
    /// </summary>
    public bool IsFromKernel => SenderPort == 0 && (Credentials is null || Credentials.Value.Pid == 0);
}

/// <summary>The sender's credentials (<c>struct ucred</c>).</summary>
/// <param name="Pid">Process id; 0 for the kernel.</param>
/// <param name="Uid">User id.</param>
/// <param name="Gid">Group id.</param>
public readonly record struct NetlinkCredentials(int Pid, uint Uid, uint Gid);

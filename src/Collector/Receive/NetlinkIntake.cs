using System.Buffers.Binary;
using Mayday.Agent.Netlink;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Collector.Receive;

/// <summary>
/// What a netlink message is: a record, a payload of the raw group, or nothing for us, with the reason. One thread, no I/O, no clock.
/// </summary>
internal sealed class NetlinkIntake(NetlinkListen listen, EventBlockWriter events, ShardCounters counters)
{
    // KERROR_GROUP_RAW, group 1: callers of bare kernel_error_event(). The group is a label that the sender chose, not what we asked for.
    private const uint RawGroup = 0x1;

    // struct nlmsghdr, which kernel_error_event() puts before any payload.
    private const int HeaderLength = 16;

    public void Take(ReadOnlySpan<byte> message, in NetlinkMessage from, Moment now)
    {
        counters.Received(DatagramFormat.Evlog);
        counters.Bytes += message.Length;
        if (!listen.TakesUserSpace && !from.IsFromKernel)
        {
            counters.Rejected(PacketRejectReason.NotFromKernel);
        }
        else if (from.IsTruncated)
        {
            counters.Rejected(PacketRejectReason.Truncated);
        }
        else if (message.IsEmpty)
        {
            counters.Rejected(PacketRejectReason.Empty);
        }
        else if (from.Groups == RawGroup)
        {
            Add(EventOrigin.NetlinkRaw, Payload(message), now);
        }
        else
        {
            for (var reader = new EvlogReader(message); reader.MoveNext();)
            {
                if (reader.Reason == PacketRejectReason.None)
                {
                    Add(EventOrigin.Netlink, reader.Frame, now);
                }
                else
                {
                    counters.Rejected(reader.Reason);
                }
            }
        }
    }

    // A header that holds what it says is no payload; anything else is, from its first byte.
    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> message)
    {
        if (message.Length >= HeaderLength)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(message);
            if (length >= HeaderLength && length <= (uint)message.Length && message.Length - length < sizeof(uint))
            {
                return message[HeaderLength..(int)length];
            }
        }

        return message;
    }

    private void Add(EventOrigin origin, ReadOnlySpan<byte> record, Moment now)
    {
        counters.EventsReceived++;
        events.Add(default, origin, now.Unix, record);
    }
}

using Mayday.Collector.Datagrams;
using Mayday.Linux.Netlink;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Collector.Intake;

/// <summary>Classifies a netlink message: a record, a payload of the raw group, or a message to refuse, with the reason. One thread, no
/// I/O, no clock.</summary>
internal sealed class NetlinkIntake(NetlinkListen listen, EventBlockWriter events, ShardCounters counters)
{
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
        else if (from.IsRaw)
        {
            Add(EventOrigin.NetlinkRaw, NetlinkMessage.PayloadOf(message), now);
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

    private void Add(EventOrigin origin, ReadOnlySpan<byte> record, Moment now)
    {
        counters.EventsReceived++;
        events.Add(default, origin, now.Unix, record);
    }
}

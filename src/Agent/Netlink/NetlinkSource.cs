using System.Globalization;
using Mayday.Agent.Forwarding;
using Mayday.Agent.Printk;
using Mayday.Agent.Uevents;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Agent.Netlink;

/// <summary>Carries what a netlink socket brings into the outbox, on a thread of its own: uevents of error kinds, or evlog records as they are.</summary>
internal sealed class NetlinkSource(NetlinkReceiver receiver, NetlinkGroups groups, EventOutbox outbox, AgentCounters counters, TimeProvider time, Action<AgentNotice> tell)
{
    // The largest evlog datagram has 8,260 bytes, a uevent some 2 KiB.
    private const int BufferLength = 16 << 10;

    /// <summary>Receives until <paramref name="stopping"/>.</summary>
    public void Run(CancellationToken stopping)
    {
        var buffer = new byte[BufferLength];
        using var wake = stopping.Register(receiver.Wake);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                switch (receiver.Receive(buffer, out var length))
                {
                    case NetlinkReceipt.Datagram:
                        Take(buffer.AsSpan(0, length));
                        break;
                    case NetlinkReceipt.Overrun:
                        counters.NetlinkOverrun();
                        outbox.Add(OverrunEvent());
                        break;
                    case NetlinkReceipt.Stranger:
                        counters.NetlinkStranger();
                        break;
                }
            }
        }
        catch (IOException broken)
        {
            tell(new AgentNotice(Severity.Error, $"The netlink socket {groups} fails: {broken.Message}. The other sources go on; restart the agent to try again."));
        }
    }

    private void Take(ReadOnlySpan<byte> datagram)
    {
        if (groups.Protocol == NetlinkGroups.Uevents.Protocol)
        {
            if (Uevent.Parse(datagram) is { } uevent && UeventRules.EventOf(uevent) is { } one)
                outbox.Add(one with { OccurredAt = time.GetUtcNow() });
        }
        else if (EvlogFrame.IsCandidate(datagram))
        {
            outbox.AddFrames(datagram, 1);
        }
        else
        {
            // The raw group carries bytes of any form; only the collector's own listener has a place for them.
            counters.NetlinkMalformed();
        }
    }

    private AgentEvent OverrunEvent()
    {
        const string Format = "netlink records lost: the buffer of the socket %s was full";
        return new AgentEvent
        {
            Facility = EventOutbox.LossFacility,
            Severity = Severity.Warning,
            EventType = EvlogCrc.EventTypeOf(Format),
            Format = Format,
            Values = [PrintkValue.Of(groups.ToString())],
            Text = string.Create(CultureInfo.InvariantCulture, $"netlink records lost: the buffer of the socket {groups} was full"),
            OccurredAt = time.GetUtcNow(),
        };
    }
}

using System.Globalization;
using Mayday.Agent.Forwarding;
using Mayday.Agent.Printk;
using Mayday.Agent.Uevents;
using Mayday.Linux.Netlink;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Agent.Netlink;

/// <summary>Reads a netlink socket into the outbox, on its own thread: uevents that report errors, or evlog records unchanged.</summary>
internal sealed class NetlinkSource(NetlinkReceiver receiver, NetlinkGroups groups, EventOutbox outbox, AgentCounters counters, TimeProvider time, Action<AgentNotice> tell)
{
    // The largest evlog datagram has 8,260 bytes, a uevent some 2 KiB; payloads of the raw group may be longer than any record.
    private const int BufferLength = 32 << 10;

    /// <summary>Receives until <paramref name="stopping"/>.</summary>
    public void Run(CancellationToken stopping)
    {
        var buffer = new byte[BufferLength];
        using var wake = stopping.Register(receiver.Wake);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                switch (receiver.Receive(buffer, out var message))
                {
                    case NetlinkReceipt.Datagram:
                        Take(buffer.AsSpan(0, message.Length), message);
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

    private void Take(ReadOnlySpan<byte> datagram, in NetlinkMessage message)
    {
        if (groups.Protocol == NetlinkGroups.Uevents.Protocol)
        {
            if (Uevent.Parse(datagram) is { } uevent && UeventRules.EventOf(uevent) is { } one)
            {
                outbox.Add(one with { OccurredAt = time.GetUtcNow() });
            }
        }
        else if (message.IsTruncated)
        {
            counters.NetlinkMalformed();
        }
        else if (message.IsRaw)
        {
            TakeRaw(NetlinkMessage.PayloadOf(datagram));
        }
        else
        {
            TakeRecords(datagram);
        }
    }

    // Only valid records are passed on, because a damaged one would make the records after it in the batch unreadable.
    private void TakeRecords(ReadOnlySpan<byte> datagram)
    {
        var sound = 0;
        while (!datagram.IsEmpty)
        {
            if (EvlogRecord.TryParseFrame(datagram, out _, out var consumed, out _))
            {
                outbox.AddFrame(datagram[..consumed]);
                sound++;
            }

            datagram = datagram[consumed..];
        }

        if (sound == 0)
        {
            counters.NetlinkMalformed();
        }
    }

    // Bytes in any form: they become the data of the event. The severity is unknown; an error channel is not used to report success.
    private void TakeRaw(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            counters.NetlinkMalformed();
            return;
        }

        outbox.Add(new AgentEvent
        {
            Facility = "kern",
            Severity = Severity.Error,
            EventType = 0,
            Text = "",
            Data = payload.ToArray(),
            OccurredAt = time.GetUtcNow(),
            Fields = [KeyValuePair.Create("netlinkGroup", "raw")],
        });
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

using System.Diagnostics.Metrics;

namespace Mayday.Agent.Forwarding;

/// <summary>Counters of the agent since its start; also available as instruments of the meter <c>Mayday.Agent</c> (docs/agent.md lists
/// them).</summary>
public sealed class AgentCounters : IDisposable
{
    private readonly Meter _meter = new("Mayday.Agent");
    private long _events;
    private long _sent;
    private long _known;
    private long _rejected;
    private long _refused;
    private long _dropped;
    private long _overwritten;
    private long _overruns;
    private long _strangers;
    private long _malformed;
    private long _attempts;
    private long _failures;

    /// <summary>Makes the counters, all at 0.</summary>
    public AgentCounters()
    {
        Count("mayday.agent.events", "{event}", "Events made of kmsg records, uevents and evlog records.", () => Events);
        Count("mayday.agent.events.sent", "{event}", "Events that the collector took.", () => Sent);
        Count("mayday.agent.events.known", "{event}", "Events that the collector had already: answers got lost.", () => Known);
        Count("mayday.agent.events.rejected", "{event}", "Events that the collector refused one by one.", () => Rejected);
        Count("mayday.agent.events.refused", "{event}", "Events of batches that the collector refused as a whole.", () => Refused);
        Count("mayday.agent.events.dropped", "{event}", "Events for which the spool had no room.", () => Dropped);
        Count("mayday.agent.kmsg.overwritten", "{record}", "Kernel log records overwritten before they were read.", () => Overwritten);
        Count("mayday.agent.netlink.overruns", "{overrun}", "Times that a netlink socket's buffer was full.", () => Overruns);
        Count("mayday.agent.netlink.strangers", "{datagram}", "Netlink datagrams of programs, where only the kernel's are taken.", () => Strangers);
        Count("mayday.agent.netlink.malformed", "{datagram}", "Netlink datagrams of no use: cut, empty, or outside the raw group and without a sound evlog record.", () => Malformed);
        Count("mayday.agent.requests", "{request}", "Batches handed in, retries included.", () => Attempts);
        Count("mayday.agent.requests.failed", "{request}", "Of those, without an answer or with one that says later.", () => Failures);
    }

    /// <summary>Events created.</summary>
    public long Events => Interlocked.Read(ref _events);

    /// <summary>Events that the collector accepted.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Events that the collector already had.</summary>
    public long Known => Interlocked.Read(ref _known);

    /// <summary>Events that were refused individually.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>Events of refused batches.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Events without room in the spool.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Kernel log records that were overwritten before they were read.</summary>
    public long Overwritten => Interlocked.Read(ref _overwritten);

    /// <summary>Full netlink buffers.</summary>
    public long Overruns => Interlocked.Read(ref _overruns);

    /// <summary>Netlink datagrams from user-space programs, which are not accepted.</summary>
    public long Strangers => Interlocked.Read(ref _strangers);

    /// <summary>Invalid netlink datagrams: truncated, empty, or without a valid evlog record.</summary>
    public long Malformed => Interlocked.Read(ref _malformed);

    /// <summary>Requests made.</summary>
    public long Attempts => Interlocked.Read(ref _attempts);

    /// <summary>Requests without a final answer.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    internal void EventsMade(int count) => Interlocked.Add(ref _events, count);

    internal void EventsDropped(int count) => Interlocked.Add(ref _dropped, count);

    internal void EventsRefused(int count) => Interlocked.Add(ref _refused, count);

    internal void RecordsOverwritten(ulong count) => Interlocked.Add(ref _overwritten, (long)count);

    internal void NetlinkOverrun() => Interlocked.Increment(ref _overruns);

    internal void NetlinkStranger() => Interlocked.Increment(ref _strangers);

    internal void NetlinkMalformed() => Interlocked.Increment(ref _malformed);

    internal void RequestMade() => Interlocked.Increment(ref _attempts);

    internal void RequestFailed() => Interlocked.Increment(ref _failures);

    internal void BatchTaken(long accepted, long duplicates, long rejected)
    {
        Interlocked.Add(ref _sent, accepted);
        Interlocked.Add(ref _known, duplicates);
        Interlocked.Add(ref _rejected, rejected);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Count(string name, string unit, string description, Func<long> value) =>
        _meter.CreateObservableCounter(name, value, unit, description);
}

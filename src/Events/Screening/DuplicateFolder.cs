using System.Globalization;
using Mayday.Events.Reading;

namespace Mayday.Events.Screening;

/// <summary>
/// Folds equal events of one host. The first event passes at once, equal ones are counted. When the time window closes (or the count is
/// reached), one event stands for all of them. A state machine without clock or I/O: it uses the times of the events and of the caller.
/// </summary>
internal sealed class DuplicateFolder(FoldingRule rule, int maxHosts = DuplicateFolder.MaxHosts)
{
    /// <summary>
    /// Number of hosts whose latest events are kept. Three events of a few hundred bytes each are some tens of megabytes. When the limit is
    /// reached, the host that was silent longest is evicted.
    /// </summary>
    public const int MaxHosts = 16_384;

    private readonly Dictionary<string, LinkedListNode<HostRun>> _hosts = new(StringComparer.Ordinal);

    // Least recently used first.
    private readonly LinkedList<HostRun> _byUse = new();

    // Undo log: the earlier state of each host that changed since <c>Keep</c>; null if the host was unknown.
    private Dictionary<string, List<Entry>?>? _kept;
    private long _keptHeld;

    /// <summary>Number of events that are counted but not yet output.</summary>
    public long Held { get; private set; }

    /// <summary>
    /// Starts recording changes for <see cref="Restore"/>. The output must be stored first, and Postgres may be unreachable.
    /// </summary>
    public void Keep()
    {
        _kept = new Dictionary<string, List<Entry>?>(StringComparer.Ordinal);
        _keptHeld = Held;
    }

    /// <summary>The output was stored: drops the recorded changes.</summary>
    public void Forget() => _kept = null;

    /// <summary>The output was not stored and the events will come again: restores the state of <see cref="Keep"/>.</summary>
    public void Restore()
    {
        foreach (var (host, entries) in _kept ?? [])
        {
            if (_hosts.Remove(host, out var node))
            {
                _byUse.Remove(node);
            }

            if (entries is not null)
            {
                node = _byUse.AddLast(new HostRun(host));
                node.Value.Latest.AddRange(entries);
                _hosts.Add(host, node);
            }
        }

        Held = _kept is null ? Held : _keptHeld;
        _kept = null;
    }

    private void Remember(string host)
    {
        if (_kept is not null && !_kept.ContainsKey(host))
        {
            _kept.Add(host, _hosts.TryGetValue(host, out var node) ? node.Value.Latest.ConvertAll(entry => entry.Copy()) : null);
        }
    }

    /// <summary>
    /// True if the event passes, false if it was only counted. Folded events that became due are added to <paramref name="output"/> before
    /// it.
    /// </summary>
    public bool Add(ReceivedEvent received, List<ReceivedEvent> output)
    {
        if (!rule.IsOn)
        {
            output.Add(received);
            return true;
        }

        var run = Touch(EventFacts.HostName(received.Host), output);
        for (var i = 0; i < run.Latest.Count; i++)
        {
            var entry = run.Latest[i];
            if (!IsSame(entry.First.Event, received.Event))
            {
                continue;
            }

            if ((Moment(received) - entry.Since).Duration() >= rule.Window)
            {
                // The window has closed. Output the count and start a new window with this event.
                Tell(entry, output);
                run.Latest[i] = new Entry(received);
                output.Add(received);
                return true;
            }

            entry.More += Math.Max(1, received.Event.Count);
            entry.Last = received;
            Held++;
            entry.Folded++;
            if (entry.More >= rule.Count)
            {
                Tell(entry, output);
                entry.Since = Moment(received);
                entry.Arrived = received.ReceivedAt;
            }

            return false;
        }

        if (run.Latest.Count >= rule.LookBack)
        {
            Tell(run.Latest[0], output);
            run.Latest.RemoveAt(0);
        }

        run.Latest.Add(new Entry(received));
        output.Add(received);
        return true;
    }

    /// <summary>Outputs the counts whose window has closed.</summary>
    public void TakeDue(DateTimeOffset now, List<ReceivedEvent> output)
    {
        for (var node = _byUse.First; node is not null;)
        {
            var next = node.Next;
            var run = node.Value;
            if (run.Latest.Exists(entry => now - entry.Arrived >= rule.Window))
            {
                Remember(run.Host);
            }

            foreach (var entry in run.Latest)
            {
                if (now - entry.Arrived >= rule.Window)
                {
                    Tell(entry, output);
                }
            }

            run.Latest.RemoveAll(entry => now - entry.Arrived >= rule.Window);
            if (run.Latest.Count == 0)
            {
                _hosts.Remove(run.Host);
                _byUse.Remove(node);
            }

            node = next;
        }
    }

    /// <summary>Outputs all counts, at the end.</summary>
    public void TakeAll(List<ReceivedEvent> output)
    {
        foreach (var run in _byUse)
        {
            foreach (var entry in run.Latest)
            {
                Tell(entry, output);
            }
        }

        _byUse.Clear();
        _hosts.Clear();
    }

    private HostRun Touch(string host, List<ReceivedEvent> output)
    {
        Remember(host);
        if (_hosts.TryGetValue(host, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddLast(node);
            return node.Value;
        }

        if (_hosts.Count >= maxHosts && _byUse.First is { } oldest)
        {
            Remember(oldest.Value.Host);
            foreach (var entry in oldest.Value.Latest)
            {
                Tell(entry, output);
            }

            _hosts.Remove(oldest.Value.Host);
            _byUse.Remove(oldest);
        }

        node = _byUse.AddLast(new HostRun(host));
        _hosts.Add(host, node);
        return node.Value;
    }

    private void Tell(Entry entry, List<ReceivedEvent> output)
    {
        if (entry.More == 0)
        {
            return;
        }

        var span = (Moment(entry.Last) - Moment(entry.First)).Duration();
        var seconds = Math.Max(1, (long)Math.Ceiling(span.TotalSeconds));
        output.Add(entry.Last with
        {
            Event = entry.Last.Event with
            {
                Count = (int)Math.Min(int.MaxValue, entry.More),
                Notes = [.. entry.Last.Event.Notes, string.Create(CultureInfo.InvariantCulture, $"{entry.More} more like this in {seconds} s")],
            },
        });
        Held -= entry.Folded;
        entry.More = 0;
        entry.Folded = 0;
        entry.First = entry.Last;
    }

    // When a spool is drained, an hour of events arrives in a second. So the sender's time decides, if there is one.
    private static DateTimeOffset Moment(ReceivedEvent received) => received.Event.OccurredAt ?? received.ReceivedAt;

    // evlog's rule: equal in everything except the time. The arguments are part of the text, unless the text is empty.
    private static bool IsSame(KernelEvent a, KernelEvent b) => a.EventType == b.EventType && a.Severity == b.Severity && a.Format == b.Format && a.Flags == b.Flags
        && a.Processor == b.Processor && a.Uid == b.Uid && a.Gid == b.Gid && a.Pid == b.Pid && a.Pgrp == b.Pgrp
        && a.Facility == b.Facility && a.Text == b.Text && a.FormatString == b.FormatString
        && a.Arguments.SequenceEqual(b.Arguments) && a.Payload.Span.SequenceEqual(b.Payload.Span) && a.Fields.SequenceEqual(b.Fields);

    private sealed class HostRun(string host)
    {
        public string Host { get; } = host;

        public List<Entry> Latest { get; } = [];
    }

    private sealed class Entry(ReceivedEvent first)
    {
        public ReceivedEvent First { get; set; } = first;

        public ReceivedEvent Last { get; set; } = first;

        public DateTimeOffset Since { get; set; } = Moment(first);

        public DateTimeOffset Arrived { get; set; } = first.ReceivedAt;

        public long More { get; set; }

        public int Folded { get; set; }

        public Entry Copy() => (Entry)MemberwiseClone();
    }
}

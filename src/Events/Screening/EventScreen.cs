using System.Threading.Channels;
using Mayday.Events.Filtering;
using Mayday.Protocol.Evlog;

namespace Mayday.Events.Screening;

/// <summary>
/// What every event passes before it is stored: templates name its values, the facility registry and the discard rules may drop it, equal ones
/// are folded, and what is left counts towards alerts. One instance a process: one stream passes it (the collector's), and any number of batches beside.
/// </summary>
public sealed class EventScreen
{
    /// <summary>Alerts between here and the database. A rule without a quiet time on a storm must not fill memory; more are counted as lost.</summary>
    public const int MaxWaitingAlerts = 1_000;

    private readonly Lock _lock = new();
    private readonly EventKnowledge _knowledge;
    private readonly DuplicateFolder _folder;
    private readonly ThresholdCounter[] _counters;
    private readonly Dictionary<string, FacilityRule> _facilities;
    private readonly Channel<EventAlert> _alerts;
    private readonly Dictionary<string, long> _discarded = new(StringComparer.Ordinal);
    private readonly List<ReceivedEvent> _passed = [];
    private readonly List<string> _droppedBy = [];
    private int _passedFolded;
    private long _folded;
    private long _alertsRaised;
    private long _alertsLost;

    public EventScreen(EventKnowledge knowledge)
    {
        _knowledge = knowledge;
        _folder = new DuplicateFolder(knowledge.Rules.Folding);
        _counters = [.. knowledge.Rules.Alerts.Select(rule => new ThresholdCounter(rule))];
        _facilities = knowledge.Rules.Facilities.DistinctBy(rule => rule.Name).ToDictionary(rule => rule.Name, StringComparer.Ordinal);
        _alerts = Channel.CreateBounded<EventAlert>(new BoundedChannelOptions(MaxWaitingAlerts) { FullMode = BoundedChannelFullMode.Wait });
    }

    /// <summary>Alerts that are to be stored and sent.</summary>
    public ChannelReader<EventAlert> Alerts => _alerts.Reader;

    /// <summary>Equal events that became part of another.</summary>
    public long Folded => Interlocked.Read(ref _folded);

    /// <summary>Thresholds that were reached.</summary>
    public long AlertsRaised => Interlocked.Read(ref _alertsRaised);

    /// <summary>Counts towards an alert that were forgotten because a rule had too many values.</summary>
    public long WindowsEvicted
    {
        get
        {
            lock (_lock)
            {
                return _counters.Sum(counter => counter.Evicted);
            }
        }
    }

    /// <summary>Alerts that found no room on their way to the database.</summary>
    public long AlertsLost => Interlocked.Read(ref _alertsLost);

    /// <summary>Dropped events by the rule that dropped them.</summary>
    public IReadOnlyDictionary<string, long> Discarded
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, long>(_discarded);
            }
        }
    }

    /// <summary>The counts as a collector reports them.</summary>
    public IReadOnlyList<ScreenCount> Snapshot()
    {
        lock (_lock)
        {
            return
            [
                new ScreenCount(EventCounterNames.Folded, "", Folded),
                new ScreenCount(EventCounterNames.Alerts, "", AlertsRaised),
                new ScreenCount(EventCounterNames.AlertsLost, "", AlertsLost),
                new ScreenCount(EventCounterNames.WindowsEvicted, "", _counters.Sum(counter => counter.Evicted)),
                .. _discarded.Select(rule => new ScreenCount(EventCounterNames.Discarded, $"rule={rule.Key}", rule.Value)),
            ];
        }
    }

    /// <summary>Events that are counted in memory and will come out as "N more".</summary>
    public long Held
    {
        get
        {
            lock (_lock)
            {
                return _folder.Held;
            }
        }
    }

    /// <summary>
    /// For one stream of events as they come: what is to be stored now, "N more" of earlier ones included. Ends with <see cref="Complete"/> when
    /// that is stored, or <see cref="TakeBack"/> when it is not and the same events will come again; until then no other call of it. To be called
    /// without events now and then while <see cref="Held"/>, so that what was held back comes out.
    /// </summary>
    public IReadOnlyList<ReceivedEvent> Pass(IReadOnlyList<ReceivedEvent> events, DateTimeOffset now)
    {
        var output = new List<ReceivedEvent>(events.Count);
        lock (_lock)
        {
            _folder.Keep();
            _passed.Clear();
            _passedFolded = 0;
            _droppedBy.Clear();
            foreach (var received in events)
            {
                if (Admit(received, _droppedBy) is { } admitted)
                {
                    _passedFolded += _folder.Add(admitted, output) ? 0 : 1;
                    _passed.Add(admitted);
                }
            }

            _folder.TakeDue(now, output);
        }

        return output;
    }

    /// <summary>What <see cref="Pass"/> gave is stored: it counts, towards alerts as well.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _folder.Forget();
            Interlocked.Add(ref _folded, _passedFolded);
            Count(_droppedBy);
            foreach (var received in _passed)
            {
                Observe(received);
            }

            _passed.Clear();
            _droppedBy.Clear();
            _passedFolded = 0;
        }
    }

    /// <summary>What <see cref="Pass"/> gave was not stored: as if it had not been called.</summary>
    public void TakeBack()
    {
        lock (_lock)
        {
            _folder.Restore();
            _passed.Clear();
            _droppedBy.Clear();
            _passedFolded = 0;
        }
    }

    /// <summary>What is still held back, at the end.</summary>
    public IReadOnlyList<ReceivedEvent> TakeAll()
    {
        var output = new List<ReceivedEvent>();
        lock (_lock)
        {
            _folder.TakeAll(output);
        }

        return output;
    }

    /// <summary>
    /// For a batch that may be sent again: the same batch gives the same events whatever came before, so that its id counts it once. Call
    /// <see cref="Observe(IReadOnlyList{ReceivedEvent})"/> with the result when it is stored.
    /// </summary>
    /// <param name="indexes">For each event to be stored, its place in <paramref name="events"/>; of a folded one, the last it stands for.</param>
    public IReadOnlyList<ReceivedEvent> PassBatch(IReadOnlyList<ReceivedEvent> events, out IReadOnlyList<int> indexes)
    {
        var output = new List<ReceivedEvent>(events.Count);
        var places = new Dictionary<Guid, int>(events.Count);
        var folding = _knowledge.Rules.Folding;
        var folder = new DuplicateFolder(folding with { IsOn = folding.IsOn && folding.TakesBatches });
        var droppedBy = new List<string>();
        lock (_lock)
        {
            for (var i = 0; i < events.Count; i++)
            {
                places[events[i].Id] = i;
                if (Admit(events[i], droppedBy) is { } admitted)
                {
                    Interlocked.Add(ref _folded, folder.Add(admitted, output) ? 0 : 1);
                }
            }

            Count(droppedBy);
        }

        folder.TakeAll(output);
        indexes = [.. output.Select(received => places[received.Id])];
        return output;
    }

    /// <summary>Counts stored events towards alerts.</summary>
    public void Observe(IReadOnlyList<ReceivedEvent> events)
    {
        lock (_lock)
        {
            foreach (var received in events)
            {
                Observe(received);
            }
        }
    }

    private ReceivedEvent? Admit(ReceivedEvent received, List<string> droppedBy)
    {
        var named = _knowledge.Templates.Apply(received.Event);
        if (!ReferenceEquals(named, received.Event))
        {
            received = received with { Event = named };
        }

        if (_facilities.Count == 0 && !_knowledge.Rules.OnlyKnownFacilities && _knowledge.Rules.Discard.Count == 0)
        {
            return received;
        }

        if (DroppedBy(received, EventFacts.Of(received)) is not { } rule)
        {
            return received;
        }

        droppedBy.Add(rule);
        return null;
    }

    private string? DroppedBy(ReceivedEvent received, ReceivedFacts facts)
    {
        if (_facilities.TryGetValue(received.Event.Facility, out var facility))
        {
            if (facility.IsKernelOnly && (received.Event.Flags & EvlogFlags.KernelEvent) == 0)
            {
                return $"facility {facility.Name}: kernel only";
            }

            if (facility.Accept is { } accept && !accept.Matches(facts, received.ReceivedAt))
            {
                return $"facility {facility.Name}: not accepted";
            }
        }
        else if (_knowledge.Rules.OnlyKnownFacilities)
        {
            return "unknown facility";
        }

        foreach (var rule in _knowledge.Rules.Discard)
        {
            if (rule.Filter.Matches(facts, received.ReceivedAt))
            {
                return rule.Name;
            }
        }

        return null;
    }

    private void Count(List<string> droppedBy)
    {
        foreach (var rule in droppedBy)
        {
            _discarded[rule] = _discarded.GetValueOrDefault(rule) + 1;
        }
    }

    private void Observe(ReceivedEvent received)
    {
        if (_counters.Length == 0)
        {
            return;
        }

        var facts = EventFacts.Of(received);
        foreach (var counter in _counters)
        {
            if (counter.Add(received, facts) is not { } alert)
            {
                continue;
            }

            Interlocked.Increment(ref _alertsRaised);
            if (!_alerts.Writer.TryWrite(alert))
            {
                Interlocked.Increment(ref _alertsLost);
            }
        }
    }
}

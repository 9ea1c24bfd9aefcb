using System.Threading.Channels;
using Mayday.Events.Filtering;
using Mayday.Protocol.Evlog;

namespace Mayday.Events.Screening;

/// <summary>
/// Every event passes through here before it is stored. Templates name its values, the facility registry and the discard rules may discard
/// it, equal events are folded, and the rest counts towards alerts. One instance per process: the collector's stream passes through it, and
/// any number of HTTP batches next to it.
/// </summary>
public sealed class EventScreen
{
    /// <summary>
    /// Limit for alerts that wait to be saved. In a storm, a rule without a quiet time must not fill the memory. Alerts beyond the limit
    /// are counted as lost.
    /// </summary>
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

    /// <summary>Alerts to be stored and sent.</summary>
    public ChannelReader<EventAlert> Alerts => _alerts.Reader;

    /// <summary>Events that were folded into an equal event.</summary>
    public long Folded => Interlocked.Read(ref _folded);

    /// <summary>Number of thresholds that were reached.</summary>
    public long AlertsRaised => Interlocked.Read(ref _alertsRaised);

    /// <summary>Counts towards an alert that were evicted because a rule had too many values.</summary>
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

    /// <summary>Alerts dropped because too many waited to be saved.</summary>
    public long AlertsLost => Interlocked.Read(ref _alertsLost);

    /// <summary>Discarded events, by rule.</summary>
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

    /// <summary>All counts, as a collector reports them.</summary>
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

    /// <summary>Events that are only counted so far and will be output as "N more".</summary>
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
    /// Processes one stream of events and returns what to store now, including "N more" events that became due. After it, call <see
    /// cref="Complete"/> if the result was stored, or <see cref="TakeBack"/> if not (the same events must then be passed again), before any
    /// other call. While <see cref="Held"/> is above zero, call it regularly without events, so that counted events are output.
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

    /// <summary>The result of <see cref="Pass"/> was stored. Its events now count, also towards alerts.</summary>
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

    /// <summary>The result of <see cref="Pass"/> was not stored. Restores the state before that call.</summary>
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

    /// <summary>Outputs all counted events, at the end.</summary>
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
    /// Processes a batch that may be sent again. The result depends only on the batch, so its id identifies the same events on a retry.
    /// Call <see cref="Observe(IReadOnlyList{ReceivedEvent})"/> with the result after it was stored.
    /// </summary>
    /// <param name="indexes">
    /// For each event to be stored, its index in <paramref name="events"/>; for a folded event, the index of the last event it stands for.
    /// </param>
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

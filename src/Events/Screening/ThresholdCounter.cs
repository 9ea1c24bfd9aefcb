using Mayday.Events.Filtering;
using Mayday.Protocol;

namespace Mayday.Events.Screening;

/// <summary>Counts the events of one alert rule, separately for each value that the rule counts by. Uses the times of the events.</summary>
internal sealed class ThresholdCounter(AlertRule rule, int maxKeys = ThresholdCounter.MaxKeys)
{
    /// <summary>Maximum number of values counted at once. When it is reached, the value that was silent longest is evicted.</summary>
    public const int MaxKeys = 10_000;

    private const char Separator = '\u001f';

    private readonly Dictionary<string, LinkedListNode<Window>> _windows = new(StringComparer.Ordinal);
    private readonly LinkedList<Window> _byUse = new();

    /// <summary>Counts that were evicted to make room for other values.</summary>
    public long Evicted { get; private set; }

    /// <returns>An alert if this event reaches the threshold; otherwise null.</returns>
    public EventAlert? Add(ReceivedEvent received, ReceivedFacts facts)
    {
        if (!rule.Filter.Matches(facts, received.ReceivedAt))
        {
            return null;
        }

        var values = new List<KeyValuePair<string, string>>(rule.Per.Count);
        foreach (var name in rule.Per)
        {
            values.Add(new(name, StoredText.Clean(EventFacts.Value(facts, name) ?? "", StoredText.MaxWord)));
        }

        var window = Touch(string.Join(Separator, values.Select(value => value.Value)));
        var now = received.ReceivedAt;
        if (now < window.QuietUntil)
        {
            return null;
        }

        while (window.Seen.TryPeek(out var oldest) && now - oldest.At > rule.Within)
        {
            window.Sum -= oldest.Count;
            window.Seen.Dequeue();
        }

        // A folded event stands for many, but no more entries than the threshold are ever stored.
        var count = Math.Max(1, received.Event.Count);
        window.Seen.Enqueue((now, count));
        window.Sum += count;
        if (window.Sum < rule.Count)
        {
            return null;
        }

        var fired = EventAlert.Of(rule, received, facts, values, window.Sum);
        window.Seen.Clear();
        window.Sum = 0;
        window.QuietUntil = now + rule.Quiet;
        return fired;
    }

    private Window Touch(string key)
    {
        if (_windows.TryGetValue(key, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddLast(node);
            return node.Value;
        }

        if (_windows.Count >= maxKeys && _byUse.First is { } oldest)
        {
            Evicted++;
            _windows.Remove(oldest.Value.Key);
            _byUse.Remove(oldest);
        }

        node = _byUse.AddLast(new Window(key));
        _windows.Add(key, node);
        return node.Value;
    }

    private sealed class Window(string key)
    {
        public string Key { get; } = key;

        public Queue<(DateTimeOffset At, int Count)> Seen { get; } = new();

        public long Sum { get; set; }

        public DateTimeOffset QuietUntil { get; set; } = DateTimeOffset.MinValue;
    }
}

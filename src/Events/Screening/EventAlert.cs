using Mayday.Events.Filtering;
using Mayday.Protocol;

namespace Mayday.Events.Screening;

/// <summary>An alert: a rule's threshold was reached.</summary>
public sealed record EventAlert
{
    public required Guid Id { get; init; }

    public required string Rule { get; init; }

    /// <summary>The filter of the rule, as it was when the alert fired.</summary>
    public required string Filter { get; init; }

    public required DateTimeOffset FiredAt { get; init; }

    /// <summary>The threshold: number of events and time span.</summary>
    public required long Count { get; init; }

    public required TimeSpan Within { get; init; }

    /// <summary>The values that the rule counts separately.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Values { get; init; } = [];

    /// <summary>The event that reached the threshold.</summary>
    public required Guid EventId { get; init; }

    public required string Host { get; init; }

    public required string Facility { get; init; }

    /// <summary>The severity as the kernel's word, for example err.</summary>
    public required string Severity { get; init; }

    public required string Text { get; init; }

    public Uri? Webhook { get; init; }

    internal static EventAlert Of(
        AlertRule rule, ReceivedEvent received, ReceivedFacts facts, IReadOnlyList<KeyValuePair<string, string>> values, long count) => new()
        {
            Id = DumpId.Beside(received.Id),
            Rule = rule.Name,
            Filter = rule.Filter.Text,
            FiredAt = received.ReceivedAt,
            Count = count,
            Within = rule.Within,
            Values = values,
            EventId = received.Id,
            Host = StoredText.Clean(facts.Host, StoredText.MaxName),
            Facility = StoredText.Clean(received.Event.Facility, StoredText.MaxName),
            Severity = FilterWords.OfSeverity(received.Event.Severity),
            Text = StoredText.Clean(received.Event.Text, StoredText.MaxSentence),
            Webhook = rule.Webhook,
        };
}

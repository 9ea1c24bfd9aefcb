using Mayday.Query.Fields;

namespace Mayday.Events.Filtering;

/// <summary>A filter field of events.</summary>
public sealed class EventField(EventSubject subject, string name, FieldType type, string meaning, params string[] aliases)
    : FilterField(name, type, meaning, aliases)
{
    public EventSubject Subject { get; } = subject;

    /// <summary>Other places to which templates gave the same name.</summary>
    public IReadOnlyList<ArgumentPlace> Places { get; init; } = [];
}

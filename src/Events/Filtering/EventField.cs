using Mayday.Query.Fields;

namespace Mayday.Events.Filtering;

/// <summary>A field of the query language as events have it.</summary>
public sealed class EventField(EventSubject subject, string name, FieldType type, string meaning, params string[] aliases)
    : FilterField(name, type, meaning, aliases)
{
    public EventSubject Subject { get; } = subject;

    /// <summary>Further places that templates gave the same name to.</summary>
    public IReadOnlyList<ArgumentPlace> Places { get; init; } = [];
}

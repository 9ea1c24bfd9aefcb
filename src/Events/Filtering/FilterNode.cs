namespace Mayday.Events.Filtering;

/// <summary>A filter as a tree: what the parser makes, and what memory and SQL both walk.</summary>
public abstract record FilterNode;

public sealed record FilterAll(IReadOnlyList<FilterNode> Parts) : FilterNode;

public sealed record FilterAny(IReadOnlyList<FilterNode> Parts) : FilterNode;

public sealed record FilterNot(FilterNode Part) : FilterNode;

public sealed record FilterTest(FilterSubject Subject, FilterOperator Operator, FilterValue Value) : FilterNode;

/// <summary>What of an event is tested.</summary>
public abstract record FilterSubject;

/// <summary>An attribute that every event may have.</summary>
public sealed record AttributeSubject(EventAttribute Attribute) : FilterSubject;

/// <summary>An argument by its position, from 0 (people write from 1).</summary>
public sealed record ArgumentSubject(int Index) : FilterSubject;

/// <summary>An argument of the events of one kind only: where a template has given it a name.</summary>
/// <param name="Facility">Null: of whatever facility.</param>
public sealed record PlacedArgumentSubject(string? Facility, int EventType, int Index) : FilterSubject;

/// <summary>Every argument that came or was stored under this name; one that passes is enough.</summary>
public sealed record NamedArgumentSubject(string Name) : FilterSubject;

/// <summary>The value beside the event under this key, as SUBSYSTEM and DEVICE of a kmsg record.</summary>
public sealed record EntrySubject(string Key) : FilterSubject;

/// <summary>What it is tested against.</summary>
public abstract record FilterValue;

public sealed record NumberValue(decimal Number) : FilterValue;

public sealed record TextValue(string Text) : FilterValue;

public sealed record PatternValue(FilterPattern Pattern) : FilterValue;

public sealed record TimeValue(DateTimeOffset Time) : FilterValue;

/// <summary>A time relative to the moment of asking.</summary>
public sealed record AgeValue(TimeSpan Age) : FilterValue;

public sealed record TruthValue(bool Truth) : FilterValue;

namespace Mayday.Events.Filtering;

/// <summary>What of an event is tested.</summary>
public abstract record EventSubject;

/// <summary>An attribute that every event may have.</summary>
public sealed record AttributeSubject(EventAttribute Attribute) : EventSubject;

/// <summary>An argument by its position, from 0 (people write from 1).</summary>
public sealed record ArgumentSubject(int Index) : EventSubject;

/// <summary>An argument of the events of one kind only: where a template has given it a name.</summary>
/// <param name="Facility">Null: of whatever facility.</param>
public sealed record PlacedArgumentSubject(string? Facility, int EventType, int Index) : EventSubject;

/// <summary>Every argument that came or was stored under this name; one that passes is enough.</summary>
public sealed record NamedArgumentSubject(string Name) : EventSubject;

/// <summary>The value beside the event under this key, as SUBSYSTEM and DEVICE of a kmsg record.</summary>
public sealed record EntrySubject(string Key) : EventSubject;

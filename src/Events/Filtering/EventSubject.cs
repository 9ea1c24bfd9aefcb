namespace Mayday.Events.Filtering;

/// <summary>The part of an event that a test examines.</summary>
public abstract record EventSubject;

/// <summary>An attribute that every event may have.</summary>
public sealed record AttributeSubject(EventAttribute Attribute) : EventSubject;

/// <summary>An argument by its position, from 0. In filters, positions start at 1.</summary>
public sealed record ArgumentSubject(int Index) : EventSubject;

/// <summary>An argument of one kind of event only, to which a template has given a name.</summary>
/// <param name="Facility">Null for any facility.</param>
public sealed record PlacedArgumentSubject(string? Facility, int EventType, int Index) : EventSubject;

/// <summary>All arguments that were received or stored under this name. It is enough if one of them passes.</summary>
public sealed record NamedArgumentSubject(string Name) : EventSubject;

/// <summary>The key=value pair with this key, for example SUBSYSTEM or DEVICE of a kmsg record.</summary>
public sealed record EntrySubject(string Key) : EventSubject;

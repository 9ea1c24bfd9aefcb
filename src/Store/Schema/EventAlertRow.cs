namespace Mayday.Store.Schema;

/// <summary>An alert of a rule, and how far its webhook has come. The newest 10,000 are kept.</summary>
public sealed class EventAlertRow
{
    public Guid Id { get; set; }

    public required string Rule { get; set; }

    public required string Filter { get; set; }

    public DateTimeOffset FiredAt { get; set; }

    public long Count { get; set; }

    public long WithinSeconds { get; set; }

    /// <summary>Name and value pairs it was counted for, in order.</summary>
    public required string Values { get; set; }

    public Guid EventId { get; set; }

    public required string Host { get; set; }

    public required string Facility { get; set; }

    public required string Severity { get; set; }

    public required string Text { get; set; }

    /// <summary>Holds what the rule said when it fired; may hold a secret, so it is never shown.</summary>
    public string? Webhook { get; set; }

    /// <summary>none, pending, delivered, failed.</summary>
    public required string Delivery { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? DeliveryError { get; set; }
}

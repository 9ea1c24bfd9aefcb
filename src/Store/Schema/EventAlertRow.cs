namespace Mayday.Store.Schema;

/// <summary>An alert of a rule and the delivery state of its webhook. The newest 10,000 are kept.</summary>
public sealed class EventAlertRow
{
    public Guid Id { get; set; }

    public required string Rule { get; set; }

    public required string Filter { get; set; }

    public DateTimeOffset FiredAt { get; set; }

    public long Count { get; set; }

    public long WithinSeconds { get; set; }

    /// <summary>The name and value pairs of the alert's key, in order.</summary>
    public required string Values { get; set; }

    public Guid EventId { get; set; }

    public required string Host { get; set; }

    public required string Facility { get; set; }

    public required string Severity { get; set; }

    public required string Text { get; set; }

    /// <summary>The webhook address of the rule when the alert fired. It may contain a secret, so it is never shown.</summary>
    public string? Webhook { get; set; }

    /// <summary>none, pending, delivered, failed.</summary>
    public required string Delivery { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? NextAttemptAt { get; set; }

    public string? DeliveryError { get; set; }
}

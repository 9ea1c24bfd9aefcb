using Mayday.Agent.Printk;
using Mayday.Protocol;

namespace Mayday.Agent.Forwarding;

/// <summary>One event as the agent sends it: a document of <c>POST /api/v1/events</c>.</summary>
public sealed record AgentEvent
{
    /// <summary>The driver or subsystem; at most 64 characters are sent.</summary>
    public required string Facility { get; init; }

    /// <summary>The severity.</summary>
    public required Severity Severity { get; init; }

    /// <summary>CRC-32/BZIP2 of the format string, or one of evlog's reserved numbers; signed, as evlog stores it.</summary>
    public required int EventType { get; init; }

    /// <summary>The format string; null where only the text is known.</summary>
    public string? Format { get; init; }

    /// <summary>The arguments of the format string.</summary>
    public IReadOnlyList<PrintkValue> Values { get; init; } = [];

    /// <summary>The event as a line of text.</summary>
    public required string Text { get; init; }

    /// <summary>The payload of a binary event, at most 64 KiB; empty for all others. Such an event has no format string.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>When it happened; null for now.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The processor it was logged on, where known.</summary>
    public int? Processor { get; init; }

    /// <summary>The task that logged it, where known.</summary>
    public int? Pid { get; init; }

    /// <summary>Further fields, key and value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; } = [];
}

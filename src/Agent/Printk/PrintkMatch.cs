namespace Mayday.Agent.Printk;

/// <summary>The printk call that produced a message.</summary>
public sealed record PrintkMatch
{
    /// <summary>The printk call.</summary>
    public required PrintkEntry Entry { get; init; }

    /// <summary>
    /// The whole format string, without level and final line feed: that of the call, behind <c>"%s %s: "</c> where dev_printk put driver and
    /// device before it, <c>"%s %s %s%s: "</c> or <c>"%s%s: "</c> where netdev_printk did, before <c>"%s"</c> where continuations followed.
    /// </summary>
    public required string Format { get; init; }

    /// <summary>The arguments of <see cref="Format"/>, a star's width or precision included, in order.</summary>
    public required IReadOnlyList<PrintkValue> Values { get; init; }

    /// <summary>CRC-32/BZIP2 of the format, the number that evlog would have given the event. Continuations are left out: it is the same
    /// event however much text followed.</summary>
    public required int EventType { get; init; }

    /// <summary>The driver that dev_printk or netdev_printk named; null elsewhere.</summary>
    public string? Driver { get; init; }

    /// <summary>Text after the format was printed by continuations (pr_cont). It is the last value, unchanged.</summary>
    public bool HasContinuation { get; init; }
}

using Mayday.Agent.Kmsg;

namespace Mayday.Agent.Forwarding;

/// <summary>What the body of a batch is.</summary>
internal enum BatchKind : byte
{
    /// <summary><c>{"events":[...]}</c>.</summary>
    Documents = 1,

    /// <summary>evlog records in their netlink frames, back to back.</summary>
    Frames = 2,
}

/// <summary>Events that are handed in together, once, under one id.</summary>
internal sealed record OutgoingBatch
{
    /// <summary>The collector counts a batch once by it, however often it comes.</summary>
    public required Guid Id { get; init; }

    public required BatchKind Kind { get; init; }

    public required int Events { get; init; }

    /// <summary>How far the kernel log was read when the batch was closed.</summary>
    public KmsgCursor Cursor { get; init; }

    public required byte[] Body { get; init; }
}

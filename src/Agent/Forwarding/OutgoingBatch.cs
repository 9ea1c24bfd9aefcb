using Mayday.Agent.Kmsg;

namespace Mayday.Agent.Forwarding;

/// <summary>The form of a batch's body.</summary>
internal enum BatchKind : byte
{
    /// <summary><c>{"events":[...]}</c>.</summary>
    Documents = 1,

    /// <summary>evlog records in their netlink frames, back to back.</summary>
    Frames = 2,
}

/// <summary>Events that are sent together, once, under one id.</summary>
internal sealed record OutgoingBatch
{
    /// <summary>The collector counts a batch once by this id, however often it arrives.</summary>
    public required Guid Id { get; init; }

    public required BatchKind Kind { get; init; }

    public required int Events { get; init; }

    /// <summary>How far the kernel log was read when the batch was closed.</summary>
    public KmsgCursor Cursor { get; init; }

    public required byte[] Body { get; init; }
}

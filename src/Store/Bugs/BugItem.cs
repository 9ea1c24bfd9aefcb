using Mayday.Analysis;

namespace Mayday.Store.Bugs;

/// <summary>A group of crashes with one signature.</summary>
public record BugItem
{
    public required Guid Id { get; init; }

    public required string Title { get; init; }

    public required CrashKind Kind { get; init; }

    public required CrashClass Class { get; init; }

    public string? Function { get; init; }

    public string? Module { get; init; }

    public required long CrashCount { get; init; }

    public required long HostCount { get; init; }

    public long FatalCount { get; init; }

    public required DateTimeOffset FirstSeen { get; init; }

    public required DateTimeOffset LastSeen { get; init; }

    public string? FirstKernelRelease { get; init; }

    public string? LastKernelRelease { get; init; }

    /// <summary>Crashes per UTC day for the last 14 days, oldest first.</summary>
    public IReadOnlyList<long> Trend { get; init; } = [];
}

public sealed record BugDetail : BugItem
{
    public required string Signature { get; init; }

    public required string SignatureHash { get; init; }

    public IReadOnlyList<CountedName> KernelReleases { get; init; } = [];

    public IReadOnlyList<BugHost> Hosts { get; init; } = [];

    /// <summary>The signatures of the bug: its own, and those a person merged into it.</summary>
    public IReadOnlyList<BugSignature> Signatures { get; init; } = [];

    /// <summary>The bug that this one was merged into; null if it was not merged.</summary>
    public Guid? MergedInto { get; init; }
}

public sealed record CountedName(string Name, long Count);

public sealed record BugHost(Guid HostId, string Host, long CrashCount, DateTimeOffset LastSeen);

/// <summary>One signature of a bug, with the title of its crashes.</summary>
public sealed record BugSignature(string SignatureHash, string Title, long Crashes);

/// <summary>A bug that looks like another one.</summary>
/// <param name="Bug">The other bug.</param>
/// <param name="Score">From 0 (nothing in common) to 1 (same stack, function and kind).</param>
public sealed record SimilarBug(BugItem Bug, double Score);

/// <summary>The response of <c>GET /bugs/{id}/similar</c>: at most five bugs, most similar first.</summary>
public sealed record SimilarBugs(IReadOnlyList<SimilarBug> Items);

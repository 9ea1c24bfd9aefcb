using Npgsql;

namespace Mayday.Store;

/// <summary>Everything pages and API read: filters, paging and counts in SQL, no tracking, read models only.</summary>
public sealed class CrashQueries(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Newest first. Throws <see cref="InvalidCursorException"/> for a cursor this list did not give.</summary>
    public Task<Page<CrashItem>> ListCrashesAsync(CrashFilter filter, PageRequest page, CancellationToken cancellation) => throw Missing(filter, page, cancellation);

    /// <summary>For virtualised lists: rows by position, and how many there are (counting stops at <paramref name="countLimit"/>).</summary>
    public Task<(IReadOnlyList<CrashItem> Items, int Total)> SliceCrashesAsync(CrashFilter filter, int offset, int count, int countLimit, CancellationToken cancellation) =>
        throw Missing(filter, offset, count, countLimit, cancellation);

    public Task<CrashDetail?> FindCrashAsync(Guid id, CancellationToken cancellation) => throw Missing(id, cancellation);

    public Task<CrashLog?> FindCrashLogAsync(Guid id, CancellationToken cancellation) => throw Missing(id, cancellation);

    public Task<RawDump?> FindRawAsync(Guid id, CancellationToken cancellation) => throw Missing(id, cancellation);

    public Task<Page<BugItem>> ListBugsAsync(BugFilter filter, PageRequest page, CancellationToken cancellation) => throw Missing(filter, page, cancellation);

    public Task<(IReadOnlyList<BugItem> Items, int Total)> SliceBugsAsync(BugFilter filter, int offset, int count, CancellationToken cancellation) => throw Missing(filter, offset, count, cancellation);

    public Task<BugDetail?> FindBugAsync(Guid id, CancellationToken cancellation) => throw Missing(id, cancellation);

    public Task<Page<HostItem>> ListHostsAsync(HostFilter filter, PageRequest page, CancellationToken cancellation) => throw Missing(filter, page, cancellation);

    public Task<(IReadOnlyList<HostItem> Items, int Total)> SliceHostsAsync(HostFilter filter, int offset, int count, CancellationToken cancellation) => throw Missing(filter, offset, count, cancellation);

    public Task<HostDetail?> FindHostAsync(Guid id, CancellationToken cancellation) => throw Missing(id, cancellation);

    public Task<IngestStats> IngestStatsAsync(CancellationToken cancellation) => throw Missing(cancellation);

    private NotSupportedException Missing(params object[] what) => new($"{source}{time}{what.Length}");
}

/// <summary>A cursor that this list did not give out: the caller's mistake, answered with 400.</summary>
public sealed class InvalidCursorException(string message) : Exception(message);

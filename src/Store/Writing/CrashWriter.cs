using Npgsql;

namespace Mayday.Store;

/// <summary>What became of one dump in a batch.</summary>
/// <param name="DumpId">Id of the stored dump: the first one's where this was a copy.</param>
/// <param name="IsNew">False when the same dump was stored before (by this or another collector).</param>
/// <param name="CrashIds">Crashes of the dump, in log order: new ones and those it is a further witness of.</param>
public sealed record WrittenDump(Guid DumpId, bool IsNew, IReadOnlyList<Guid> CrashIds);

/// <summary>
/// Writes finished dumps: one batch, one transaction, idempotent. Hosts, bugs, incidents, witnesses and the counts that pages show are
/// kept here, in the same transaction; NOTIFY at its end.
/// </summary>
public sealed class CrashWriter(NpgsqlDataSource source, TimeProvider time)
{
    public Task<IReadOnlyList<WrittenDump>> WriteAsync(IReadOnlyList<FinishedDump> dumps, CancellationToken cancellation) =>
        throw new NotSupportedException($"{source}{time}{dumps}{cancellation}");
}

using Npgsql;

namespace Mayday.Store;

/// <summary>One counter of a collector as it stands now. Tags are "key=value", comma-separated, sorted; empty for none.</summary>
public sealed record IngestCounter(string Name, string Tags, long Value);

/// <summary>Carries the receiver's counters to Postgres (tables collector and ingest_counter), once a second, for pages and API.</summary>
public sealed class IngestCounters(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Registers the collector instance (a new start begins at 0 and adds to what earlier starts of the same name counted).</summary>
    public Task StartAsync(string collector, CancellationToken cancellation) => throw new NotSupportedException($"{source}{time}{collector}{cancellation}");

    /// <summary>Stores absolute values since the start of this process.</summary>
    public Task SaveAsync(string collector, IReadOnlyList<IngestCounter> counters, CancellationToken cancellation) =>
        throw new NotSupportedException($"{collector}{counters}{cancellation}");
}

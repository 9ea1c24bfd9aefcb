using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Npgsql;

namespace Mayday.Store;

/// <summary>Everything that pages and API read about crashes, a subject each; events have their own (<see cref="Events.EventQueries"/>).</summary>
public sealed class StoreQueries(NpgsqlDataSource source, TimeProvider time)
{
    public CrashQueries Crashes { get; } = new(source, time);

    public BugQueries Bugs { get; } = new(source, time);

    public HostQueries Hosts { get; } = new(source, time);

    public HostLogQueries HostLogs { get; } = new(source, time);

    public IngestQueries Ingest { get; } = new(source, time);
}

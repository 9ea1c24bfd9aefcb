using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Npgsql;

namespace Mayday.Store;

/// <summary>
/// The queries of pages and API about crashes, one property per subject. Events have their own class (<see cref="Events.EventQueries"/>).
/// </summary>
public sealed class StoreQueries(NpgsqlDataSource source, TimeProvider time)
{
    public CrashQueries Crashes { get; } = new(source, time);

    public BugQueries Bugs { get; } = new(source, time);

    public HostQueries Hosts { get; } = new(source, time);

    public HostLogQueries HostLogs { get; } = new(source, time);

    public IngestQueries Ingest { get; } = new(source, time);
}

using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Hosts;

/// <summary>The changes of a batch to the rows of its hosts and their addresses.</summary>
internal sealed class HostDeltas
{
    private readonly Dictionary<Guid, HostDelta> _hosts = [];
    private readonly AddressDeltas _addresses = new();

    public void AddDump(PendingDump dump)
    {
        if (!_hosts.TryGetValue(dump.HostId, out var host))
        {
            _hosts[dump.HostId] = host = new HostDelta { First = dump.ReceivedAt, Last = dump.ReceivedAt };
        }

        host.Dumps++;
        host.Partial += dump.Dump.Completeness.Complete == false ? 1 : 0;
        host.First = dump.ReceivedAt < host.First ? dump.ReceivedAt : host.First;
        if (dump.ReceivedAt >= host.Last || host.Release is null)
        {
            host.Release = dump.KernelRelease ?? dump.Crashes.Select(crash => crash.KernelRelease).FirstOrDefault(release => release is not null) ?? host.Release;
        }

        host.Last = dump.ReceivedAt > host.Last ? dump.ReceivedAt : host.Last;
        _addresses.Add(dump, dump.ReceivedAt, dump.ReceivedAt);
    }

    public void AddCrash(PendingCrash crash)
    {
        var host = _hosts[crash.Dump.HostId];
        host.Crashes++;
        if (host.LastCrashAt is null || crash.Dump.ReceivedAt >= host.LastCrashAt)
        {
            host.LastCrashAt = crash.Dump.ReceivedAt;
            host.LastCrashTitle = crash.Title;
        }
    }

    /// <summary>Builds the statements. The batch has already locked the hosts.</summary>
    public IEnumerable<NpgsqlBatchCommand> Commands()
    {
        var hosts = _hosts.ToArray();
        yield return Sql.Command(
            """
            UPDATE host SET
                crash_count = crash_count + delta.crashes,
                dump_count = dump_count + delta.dumps,
                partial_dump_count = partial_dump_count + delta.partial,
                kernel_release = CASE WHEN delta.last >= last_seen THEN coalesce(delta.release, kernel_release)
                    ELSE coalesce(kernel_release, delta.release) END,
                last_crash_title = CASE WHEN delta.crash_at >= coalesce(last_crash_at, '-infinity') THEN delta.crash_title ELSE last_crash_title END,
                last_crash_at = greatest(last_crash_at, delta.crash_at),
                first_seen = least(first_seen, delta.first),
                last_seen = greatest(last_seen, delta.last)
            FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[], $7::text[], $8::timestamptz[], $9::timestamptz[])
                AS delta(id, crashes, dumps, partial, release, crash_at, crash_title, first, last)
            WHERE host.id = delta.id
            """,
            hosts.Select(pair => pair.Key).ToArray(),
            hosts.Select(pair => pair.Value.Crashes).ToArray(),
            hosts.Select(pair => pair.Value.Dumps).ToArray(),
            hosts.Select(pair => pair.Value.Partial).ToArray(),
            hosts.Select(pair => pair.Value.Release).ToArray(),
            hosts.Select(pair => pair.Value.LastCrashAt).ToArray(),
            hosts.Select(pair => pair.Value.LastCrashTitle).ToArray(),
            hosts.Select(pair => pair.Value.First).ToArray(),
            hosts.Select(pair => pair.Value.Last).ToArray());
        foreach (var command in _addresses.Commands())
        {
            yield return command;
        }
    }

    private sealed class HostDelta
    {
        public long Crashes { get; set; }

        public long Dumps { get; set; }

        public long Partial { get; set; }

        public string? Release { get; set; }

        public DateTimeOffset? LastCrashAt { get; set; }

        public string? LastCrashTitle { get; set; }

        public required DateTimeOffset First { get; set; }

        public required DateTimeOffset Last { get; set; }
    }
}

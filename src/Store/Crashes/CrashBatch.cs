using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Mayday.Store.Retention;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>
/// Writes one batch in one transaction. All writers take their locks in the order of its steps: decisions, dump keys, new hosts, hosts, new
/// bugs, bugs, each sorted. So writers may wait for each other, but never deadlock.
/// </summary>
internal sealed class CrashBatch(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<FinishedDump> dumps, int logsPerBugAndHour = 0)
{
    private readonly CountDeltas _counts = new();
    private readonly MinuteDeltas _minutes = new();
    private readonly HostDeltas _hosts = new();
    private readonly List<(Guid CrashId, Guid DumpId, int Position)> _witnesses = [];
    private readonly List<PendingCrash> _newCrashes = [];
    private readonly Dictionary<Guid, PendingCrash> _newLeads = [];
    private readonly Dictionary<Guid, PendingCrash> _endings = [];

    public async Task<IReadOnlyList<WrittenDump>> WriteAsync(CancellationToken cancellation)
    {
        await DecisionLock.ShareAsync(connection, transaction, cancellation).ConfigureAwait(false);
        var stored = await DumpKeys.ClaimAsync(connection, transaction, dumps, cancellation).ConfigureAwait(false);
        var pending = dumps.Where(dump => stored[new KeyBytes(dump.Key)].Claimant == dump).Select(dump => new PendingDump(dump)).ToArray();
        if (pending.Length > 0)
        {
            await WriteNewAsync(pending, cancellation).ConfigureAwait(false);
        }

        var logs = pending.ToDictionary(dump => dump.Dump.Id, dump => (dump.IsLogKept, dump.HasReplacedLog));
        var crashes = pending.ToDictionary(dump => dump.Dump.Id, dump => (IReadOnlyList<Guid>)[.. dump.Crashes.Select(crash => crash.CrashId)]);
        await AddCrashesOfCopiesAsync(stored.Values, crashes, cancellation).ConfigureAwait(false);
        return [.. dumps.Select(dump =>
        {
            var key = stored[new KeyBytes(dump.Key)];
            var (isLogKept, hasReplacedLog) = logs.GetValueOrDefault(dump.Id, (true, false));
            return new WrittenDump(key.DumpId, key.Claimant == dump, crashes.GetValueOrDefault(key.DumpId) ?? [], null, isLogKept, hasReplacedLog);
        })];
    }

    private async Task WriteNewAsync(PendingDump[] pending, CancellationToken cancellation)
    {
        var suspects = await new HostResolver(connection, transaction).ResolveAsync(pending, cancellation).ConfigureAwait(false);
        await HostLocks.TakeAsync(
            connection,
            transaction,
            [.. pending.Select(dump => dump.HostId), .. suspects.Select(suspect => suspect.AddressHost)],
            cancellation).ConfigureAwait(false);
        await HostMeeting.MergeAsync(connection, transaction, suspects, cancellation).ConfigureAwait(false);
        var bugs = await BugKeys.ResolveAsync(connection, transaction, [.. pending.SelectMany(dump => dump.Crashes)], cancellation).ConfigureAwait(false);

        var reservoir = new LogReservoir(connection, transaction, logsPerBugAndHour);
        await reservoir.DecideAsync(pending, bugs, cancellation).ConfigureAwait(false);
        foreach (var (bug, receivedAt) in reservoir.Gone)
        {
            _minutes.LeaveOut(bug, receivedAt);
        }

        // Runs after the reservoir decided: if it drops the log of a crash, another copy of the report may become the leading one.
        var known = await KnownCrashes.LoadAsync(connection, transaction, pending, cancellation).ConfigureAwait(false);
        foreach (var dump in pending.OrderBy(dump => dump.ReceivedAt))
        {
            Place(dump, known, bugs);
        }

        await RowCopy.DumpsAsync(connection, pending, cancellation).ConfigureAwait(false);
        if (_newCrashes.Count > 0)
        {
            await RowCopy.CrashesAsync(connection, _newCrashes, cancellation).ConfigureAwait(false);
        }

        if (_witnesses.Count > 0)
        {
            await RowCopy.WitnessesAsync(connection, _witnesses, cancellation).ConfigureAwait(false);
        }

        await FinishAsync(pending, known, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Decides for each report of a dump whether it is a new crash or another copy of a known one, which incident it belongs to, and where
    /// it is counted.
    /// </summary>
    private void Place(PendingDump dump, KnownCrashes known, IReadOnlyDictionary<string, Guid> bugs)
    {
        _hosts.AddDump(dump);
        foreach (var crash in dump.Crashes)
        {
            crash.Occurrence = known.Find(crash);
        }

        if (dump.Crashes.Count == 0)
        {
            return;
        }

        foreach (var bug in dump.Crashes.Select(crash => bugs[crash.SignatureHash]).Distinct())
        {
            _minutes.AddDump(bug, dump.ReceivedAt, dump.IsLogKept);
        }

        var incidents = known.Incidents.Assign(dump, crash => crash.Occurrence?.IncidentId);
        foreach (var crash in dump.Crashes)
        {
            var bug = bugs[crash.SignatureHash];
            if (crash.Occurrence is { } occurrence)
            {
                Witness(crash, occurrence, bug);
            }
            else
            {
                crash.Occurrence = known.Add(crash, bug, incidents[crash.Index]);
                _newCrashes.Add(crash);
                _counts.AddCrash(bug, dump.HostId, crash.KernelRelease, dump.ReceivedAt, crash.Report.Fatal);
                _minutes.AddCrash(bug, dump.ReceivedAt);
                _hosts.AddCrash(crash);
            }

            _witnesses.Add((crash.CrashId, dump.Dump.Id, crash.Index));
        }
    }

    private void Witness(PendingCrash crash, Occurrence occurrence, Guid bug)
    {
        occurrence.BootId ??= crash.Dump.BootId;
        occurrence.IsChanged = true;
        if (crash.Report.Fatal && !occurrence.Fatal)
        {
            occurrence.Fatal = true;
            _counts.AddFatal(occurrence.BugId, occurrence.ReceivedAt);
            _endings[occurrence.CrashId] = crash;
        }

        if (crash.Quality <= occurrence.Quality)
        {
            return;
        }

        occurrence.Quality = crash.Quality;
        _newLeads[occurrence.CrashId] = crash;
        var release = crash.KernelRelease ?? occurrence.KernelRelease;
        if (bug != occurrence.BugId || release != occurrence.KernelRelease)
        {
            _counts.RemoveCrash(occurrence.BugId, occurrence.HostId, occurrence.KernelRelease, occurrence.ReceivedAt, occurrence.Fatal);
            _counts.AddCrash(bug, occurrence.HostId, release, occurrence.ReceivedAt, occurrence.Fatal);
            occurrence.BugId = bug;
            occurrence.KernelRelease = release;
        }
    }

    private async Task FinishAsync(PendingDump[] pending, KnownCrashes known, CancellationToken cancellation)
    {
        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            foreach (var command in _hosts.Commands()
                .Concat(known.Commands())
                .Concat(_newLeads.Values.Select(CrashUpdates.Lead))
                .Concat(_endings.Values.Select(CrashUpdates.Ending))
                .Concat(_counts.Commands())
                .Concat(_minutes.Commands())
                .Append(NotifyCommand(pending)))
            {
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    private NpgsqlBatchCommand NotifyCommand(PendingDump[] pending)
    {
        var notification = new CrashNotification
        {
            Dumps = pending.Length,
            Crashes = _newCrashes.Count,
            CrashIds = [.. _newCrashes.Take(CrashNotification.MaxIds).Select(crash => crash.CrashId)],
            BugIds = [.. _counts.Bugs.Take(CrashNotification.MaxIds)],
        };
        return Sql.Command("SELECT pg_notify($1, $2)", CrashNotification.Channel, StoredJson.Write(notification));
    }

    private async Task AddCrashesOfCopiesAsync(IEnumerable<DumpKey> stored, Dictionary<Guid, IReadOnlyList<Guid>> crashes, CancellationToken cancellation)
    {
        var copies = stored.Where(key => key.Claimant is null).Select(key => key.DumpId).Distinct().ToArray();
        if (copies.Length == 0)
        {
            return;
        }

        // A crash is at most as old as the ledger entry that recognises its copies. The bound lets Postgres skip older partitions.
        var oldest = DumpId.FirstAt(copies.Min(DumpId.TimeOf) - PartitionKeeper.OccurrenceLifetime);
        using var command = new NpgsqlCommand(
            "SELECT dump_id, crash_id FROM crash_witness WHERE dump_id = ANY($1) AND crash_id >= $2 ORDER BY dump_id, position", connection, transaction);
        Sql.Add(command.Parameters, [copies, oldest]);
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                var dumpId = reader.GetGuid(0);
                crashes[dumpId] = [.. crashes.GetValueOrDefault(dumpId) ?? [], reader.GetGuid(1)];
            }
        }
    }
}

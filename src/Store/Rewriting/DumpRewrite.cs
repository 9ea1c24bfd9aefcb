using Npgsql;

namespace Mayday.Store;

/// <summary>One dump read again, in one transaction that takes its locks in the writers' order.</summary>
internal sealed class DumpRewrite(NpgsqlConnection connection, NpgsqlTransaction transaction, FinishedDump dump)
{
    private readonly CountDeltas _counts = new();
    private readonly List<PendingCrash> _new = [];
    private readonly List<PendingCrash> _leads = [];
    private readonly List<PendingCrash> _endings = [];
    private int _moved;

    public async Task<RewrittenDump?> RunAsync(CancellationToken cancellation)
    {
        if (await HostOfAsync(cancellation).ConfigureAwait(false) is not { } hostId)
        {
            return null;
        }

        var pending = new PendingDump(dump) { HostId = hostId };
        await HostLocks.TakeAsync(connection, transaction, [hostId], cancellation).ConfigureAwait(false);
        var held = await HeldCrash.LoadAsync(connection, transaction, dump.Id, cancellation).ConfigureAwait(false);
        var known = await KnownCrashes.LoadAsync(connection, transaction, [pending], cancellation).ConfigureAwait(false);
        var bugs = await BugKeys.ResolveAsync(connection, transaction, pending.Crashes, cancellation).ConfigureAwait(false);

        Place(pending, held, known, bugs);
        var found = pending.Crashes.Select(crash => crash.CrashId).ToHashSet();
        var lost = held.Where(crash => !found.Contains(crash.Occurrence.CrashId)).ToArray();
        foreach (var crash in lost.Where(crash => crash.Leads))
        {
            var gone = crash.Occurrence;
            _counts.RemoveCrash(gone.BugId, gone.HostId, gone.KernelRelease, gone.ReceivedAt, gone.Fatal);
        }

        if (_new.Count > 0)
        {
            await RowCopy.CrashesAsync(connection, _new, cancellation).ConfigureAwait(false);
        }

        await Sql.ExecuteAsync(connection, transaction, "DELETE FROM crash_witness WHERE dump_id = $1", [dump.Id], cancellation).ConfigureAwait(false);
        if (pending.Crashes.Count > 0)
        {
            await RowCopy.WitnessesAsync(connection, pending.Crashes.Select(crash => (crash.CrashId, dump.Id, crash.Index)), cancellation).ConfigureAwait(false);
        }

        var removed = lost.Where(crash => crash.Leads).Select(crash => crash.Occurrence).ToArray();
        var reset = await FinishAsync(pending, held, known, removed, cancellation).ConfigureAwait(false);
        return new RewrittenDump(pending.Crashes.Count - _new.Count, _moved, _new.Count, removed.Length, reset);
    }

    private void Place(PendingDump pending, IReadOnlyList<HeldCrash> held, KnownCrashes known, IReadOnlyDictionary<string, Guid> bugs)
    {
        var byKey = held.ToDictionary(crash => new KeyBytes(crash.Occurrence.Key));
        foreach (var crash in pending.Crashes)
        {
            crash.Occurrence = byKey.TryGetValue(new KeyBytes(crash.OccurrenceKey), out var mine) ? mine.Occurrence : known.Find(crash);
        }

        if (pending.Crashes.Count == 0)
        {
            return;
        }

        var incidents = known.Incidents.Assign(pending, crash => crash.Occurrence?.IncidentId);
        foreach (var crash in pending.Crashes)
        {
            var bug = bugs[crash.SignatureHash];
            if (crash.Occurrence is not { } occurrence)
            {
                crash.Occurrence = known.Add(crash, bug, incidents[crash.Index]);
                _new.Add(crash);
                _counts.AddCrash(bug, pending.HostId, crash.KernelRelease, pending.ReceivedAt, crash.Report.Fatal);
            }
            else if (byKey.TryGetValue(new KeyBytes(crash.OccurrenceKey), out var mine) && mine.Leads)
            {
                // The leading copy's old report is worth nothing any more, whatever its quality was.
                Lead(crash, occurrence, bug, fatal: crash.Report.Fatal || (mine.OtherWitnesses > 0 && occurrence.Fatal));
            }
            else if (crash.Quality > occurrence.Quality)
            {
                Lead(crash, occurrence, bug, fatal: crash.Report.Fatal || occurrence.Fatal);
            }
            else if (crash.Report.Fatal && !occurrence.Fatal)
            {
                occurrence.Fatal = true;
                occurrence.IsChanged = true;
                _counts.AddFatal(occurrence.BugId, occurrence.ReceivedAt);
                _endings.Add(crash);
            }
        }
    }

    private void Lead(PendingCrash crash, Occurrence occurrence, Guid bug, bool fatal)
    {
        var release = crash.KernelRelease ?? occurrence.KernelRelease;
        _counts.RemoveCrash(occurrence.BugId, occurrence.HostId, occurrence.KernelRelease, occurrence.ReceivedAt, occurrence.Fatal);
        _counts.AddCrash(bug, occurrence.HostId, release, occurrence.ReceivedAt, fatal);
        _moved += bug == occurrence.BugId ? 0 : 1;
        occurrence.BugId = bug;
        occurrence.KernelRelease = release;
        occurrence.Quality = crash.Quality;
        occurrence.Fatal = fatal;
        occurrence.IsChanged = true;
        _leads.Add(crash);
    }

    private async Task<int> FinishAsync(
        PendingDump pending, IReadOnlyList<HeldCrash> held, KnownCrashes known, Occurrence[] removed, CancellationToken cancellation)
    {
        var gone = removed.Select(occurrence => occurrence.CrashId).ToArray();
        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            // Incidents are stored as the whole dump makes them; then what is gone is taken off.
            foreach (var command in known.Commands(held.Select(crash => crash.Occurrence))
                .Concat(Removals(removed))
                .Concat(_leads.Select(CrashUpdates.Lead))
                .Concat(_leads.Select(crash => Sql.Command("UPDATE crash SET fatal = $2 WHERE id = $1", crash.CrashId, crash.Occurrence!.Fatal)))
                .Concat(_endings.Select(CrashUpdates.Ending)))
            {
                batch.BatchCommands.Add(command);
            }

            batch.BatchCommands.Add(Sql.Command(
                "UPDATE host SET crash_count = crash_count + $2 WHERE id = $1", pending.HostId, (long)(_new.Count - removed.Length)));
            batch.BatchCommands.Add(Sql.Command(
                "UPDATE dump SET crash_count = $2, analyzer_version = $3, analysis_failure = $4 WHERE id = $1",
                dump.Id,
                pending.Crashes.Count,
                dump.AnalyzerVersion,
                StoredText.CleanOrNull(dump.AnalysisFailure, StoredText.MaxSentence)));
            foreach (var command in _counts.Commands().Concat(BugTitles(pending)))
            {
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }

        if (gone.Length == 0)
        {
            return 0;
        }

        // Another dump that held a removed crash decides for itself, with the new analyser.
        return await Sql.ExecuteAsync(
            connection,
            transaction,
            """
            WITH others AS (DELETE FROM crash_witness WHERE crash_id = ANY($1) RETURNING dump_id)
            UPDATE dump SET analyzer_version = 0 WHERE id IN (SELECT dump_id FROM others)
            """,
            [gone],
            cancellation).ConfigureAwait(false);
    }

    private static IEnumerable<NpgsqlBatchCommand> Removals(Occurrence[] removed)
    {
        if (removed.Length == 0)
        {
            yield break;
        }

        var ids = removed.Select(occurrence => occurrence.CrashId).ToArray();
        var incidents = removed.CountBy(occurrence => occurrence.IncidentId).ToArray();
        yield return Sql.Command("DELETE FROM crash WHERE id = ANY($1)", ids);
        yield return Sql.Command("DELETE FROM crash_occurrence WHERE crash_id = ANY($1)", ids);
        yield return Sql.Command(
            "UPDATE incident SET crash_count = crash_count - gone.crashes FROM unnest($1::uuid[], $2::int[]) AS gone(id, crashes) WHERE incident.id = gone.id",
            incidents.Select(pair => pair.Key).ToArray(),
            incidents.Select(pair => pair.Value).ToArray());
    }

    /// <summary>The newest analyser names the bug.</summary>
    private static IEnumerable<NpgsqlBatchCommand> BugTitles(PendingDump pending) =>
        pending.Crashes.DistinctBy(crash => crash.SignatureHash).OrderBy(crash => crash.Occurrence!.BugId).Select(crash => Sql.Command(
            "UPDATE bug SET title = $2, function = $3, module = $4, signature = $5 WHERE signature_hash = $1 AND (title, signature) IS DISTINCT FROM ($2, $5)",
            crash.SignatureHash,
            crash.Title,
            crash.Function,
            StoredText.CleanOrNull(crash.Report.Module, StoredText.MaxWord),
            StoredText.Clean(crash.Report.Signature, StoredText.MaxSignature)));

    private async Task<Guid?> HostOfAsync(CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand("SELECT host_id FROM dump WHERE id = $1", connection, transaction);
        Sql.Add(command.Parameters, [dump.Id]);
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) as Guid?;
    }
}

/// <summary>A crash that a dump holds now, with what the ledger would say of it: the ledger may have forgotten it long ago.</summary>
internal sealed record HeldCrash(Occurrence Occurrence, bool Leads, long OtherWitnesses)
{
    public static async Task<IReadOnlyList<HeldCrash>> LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid dumpId, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand(
            """
            SELECT c.id, c.host_id, c.occurrence_key, o.boot_id, c.bug_id, c.incident_id, c.kernel_release, c.received_at, c.printk_time,
                coalesce(o.quality, 0), c.fatal, c.dump_id = $1,
                (SELECT count(*) FROM crash_witness other WHERE other.crash_id = c.id AND other.dump_id <> $1)
            FROM crash_witness w
            JOIN crash c ON c.id = w.crash_id
            LEFT JOIN crash_occurrence o ON o.crash_id = c.id
            WHERE w.dump_id = $1
            ORDER BY w.position
            """,
            connection,
            transaction);
        Sql.Add(command.Parameters, [dumpId]);
        var held = new List<HeldCrash>();
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                held.Add(new HeldCrash(
                    new Occurrence
                    {
                        CrashId = reader.GetGuid(0),
                        HostId = reader.GetGuid(1),
                        Key = reader.GetFieldValue<byte[]>(2),
                        BootId = reader.TextOrNull(3),
                        BugId = reader.GetGuid(4),
                        IncidentId = reader.GetGuid(5),
                        KernelRelease = reader.TextOrNull(6),
                        ReceivedAt = reader.GetFieldValue<DateTimeOffset>(7),
                        PrintkTime = reader.ValueOrNull<double>(8),
                        Quality = reader.GetInt32(9),
                        Fatal = reader.GetBoolean(10),
                    },
                    Leads: reader.GetBoolean(11),
                    OtherWitnesses: reader.GetInt64(12)));
            }
        }

        return held;
    }
}

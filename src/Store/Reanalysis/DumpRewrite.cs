using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Reanalysis;

/// <summary>Rewrites the reports of one dump, in one transaction that takes its locks in the same order as the writers.</summary>
/// <remarks>A dry run uses the same code and stops before the first change. It takes no locks.</remarks>
internal sealed class DumpRewrite(NpgsqlConnection connection, NpgsqlTransaction transaction, FinishedDump dump, ReanalysisPlan plan, bool dryRun)
{
    private readonly List<Action> _told = [];
    private readonly List<(Guid Bug, string OldHash, PendingCrash Crash)> _renames = [];
    private KnownDecisions _decisions = new();
    private readonly CountDeltas _counts = new();
    private readonly List<PendingCrash> _new = [];
    private readonly List<PendingCrash> _leads = [];
    private readonly List<PendingCrash> _endings = [];
    private int _moved;

    public async Task<RewrittenDump?> RunAsync(CancellationToken cancellation)
    {
        if (!dryRun)
        {
            await DecisionLock.TakeWhereDecidedAsync(connection, transaction, cancellation).ConfigureAwait(false);
        }

        if (await HostOfAsync(cancellation).ConfigureAwait(false) is not { } hostId)
        {
            return null;
        }

        var pending = new PendingDump(dump) { HostId = hostId };
        if (!dryRun)
        {
            await HostLocks.TakeAsync(connection, transaction, [hostId], cancellation).ConfigureAwait(false);
        }

        var held = await HeldCrash.LoadAsync(connection, transaction, dump.Id, cancellation).ConfigureAwait(false);
        if (await CarryAsync(pending, held, cancellation).ConfigureAwait(false) && !dryRun)
        {
            // The decision has already moved the crashes that had the new signature.
            held = await HeldCrash.LoadAsync(connection, transaction, dump.Id, cancellation).ConfigureAwait(false);
        }

        var known = await KnownCrashes.LoadAsync(connection, transaction, [pending], cancellation).ConfigureAwait(false);
        var bugs = await BugsAsync(pending, cancellation).ConfigureAwait(false);

        Place(pending, held, known, bugs);
        var found = pending.Crashes.Select(crash => crash.CrashId).ToHashSet();
        var lost = held.Where(crash => !found.Contains(crash.Occurrence.CrashId)).ToArray();
        foreach (var crash in lost.Where(crash => crash.Leads))
        {
            var gone = crash.Occurrence;
            _counts.RemoveCrash(gone.BugId, gone.HostId, gone.KernelRelease, gone.ReceivedAt, gone.Fatal);
            _told.Add(() => plan.Move(gone.CrashId, gone.BugId, null));
        }

        if (dryRun)
        {
            return new RewrittenDump(pending.Crashes.Count - _new.Count, _moved, _new.Count, lost.Count(crash => crash.Leads), 0);
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

    /// <summary>Reports to the plan what this rewrite did. Call it once, after the rewrite succeeded.</summary>
    public void Tell() => _told.ForEach(tell => tell());

    /// <summary>Carries a person's decision about a signature over to the new signature of its crashes.</summary>
    private async Task<bool> CarryAsync(PendingDump pending, IReadOnlyList<HeldCrash> held, CancellationToken cancellation)
    {
        _decisions = await KnownDecisions.LoadAsync(
            connection,
            transaction,
            held.Select(crash => crash.SignatureHash).Concat(pending.Crashes.Select(crash => crash.SignatureHash)),
            cancellation).ConfigureAwait(false);
        foreach (var (hash, bug) in plan.Carried)
        {
            _decisions.AddCarried(hash, bug);
        }

        var byKey = held.Where(crash => crash.Leads).ToDictionary(crash => new KeyBytes(crash.Occurrence.Key));
        var carried = false;
        foreach (var crash in pending.Crashes)
        {
            if (byKey.TryGetValue(new KeyBytes(crash.OccurrenceKey), out var mine) && _decisions.IsToCarry(mine.SignatureHash, crash.SignatureHash))
            {
                var bug = mine.Occurrence.BugId;
                _decisions.AddCarried(crash.SignatureHash, bug);
                await CarryAsync(mine.SignatureHash, crash.SignatureHash, bug, cancellation).ConfigureAwait(false);
                carried = true;
            }
        }

        return carried;
    }

    private async Task CarryAsync(string oldHash, string hash, Guid bug, CancellationToken cancellation)
    {
        var bugs = new Dictionary<string, Guid>(StringComparer.Ordinal);
        await BugKeys.LoadAsync(connection, transaction, [hash], bugs, cancellation).ConfigureAwait(false);
        if (dryRun)
        {
            _told.Add(() => plan.Carry(hash, bug));
        }
        else
        {
            await Sql.ExecuteAsync(
                connection,
                transaction,
                """
                INSERT INTO bug_alias (signature_hash, bug_id, decided_at, carried_from, note)
                SELECT $2, $3, decided_at, signature_hash, note FROM bug_alias WHERE signature_hash = $1
                ON CONFLICT (signature_hash) DO NOTHING
                """,
                [oldHash, hash, bug],
                cancellation).ConfigureAwait(false);
        }

        if (bugs.TryGetValue(hash, out var home) && home != bug)
        {
            var moved = dryRun
                ? await CrashesOfAsync(home, hash, cancellation).ConfigureAwait(false)
                : await CrashMove.RunAsync(connection, transaction, home, bug, hash, cancellation).ConfigureAwait(false);
            _told.Add(() =>
            {
                foreach (var crash in moved)
                {
                    plan.Move(crash, home, bug);
                }
            });
        }
    }

    private async Task<IReadOnlyList<Guid>> CrashesOfAsync(Guid bug, string hash, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand(
            "SELECT coalesce(array_agg(id), '{}') FROM crash WHERE bug_id = $1 AND signature_hash = $2", connection, transaction);
        Sql.Add(command.Parameters, [bug, hash]);
        return (Guid[])(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    private async Task<IReadOnlyDictionary<string, Guid>> BugsAsync(PendingDump pending, CancellationToken cancellation)
    {
        if (!dryRun)
        {
            return await BugKeys.ResolveAsync(connection, transaction, pending.Crashes, cancellation).ConfigureAwait(false);
        }

        var bugs = new Dictionary<string, Guid>(StringComparer.Ordinal);
        var hashes = pending.Crashes.Select(crash => crash.SignatureHash).Distinct(StringComparer.Ordinal).ToArray();
        await BugKeys.LoadAsync(connection, transaction, hashes, bugs, cancellation).ConfigureAwait(false);
        foreach (var hash in hashes)
        {
            bugs[hash] = _decisions.CarriedBug(hash) ?? (bugs.TryGetValue(hash, out var bug) ? bug : plan.Unmade(hash));
        }

        return bugs;
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
                Told(crash, null, null, bug);
            }
            else if (byKey.TryGetValue(new KeyBytes(crash.OccurrenceKey), out var mine) && mine.Leads)
            {
                if (_decisions.Keeps(mine.SignatureHash, crash.SignatureHash))
                {
                    bug = occurrence.BugId;
                    if (mine.SignatureHash != crash.SignatureHash)
                    {
                        _renames.Add((bug, mine.SignatureHash, crash));
                    }
                }

                Told(crash, mine.SignatureHash, occurrence.BugId, bug);
                // The old report of the leading copy no longer counts, whatever its quality was.
                Lead(crash, occurrence, bug, fatal: crash.Report.Fatal || (mine.OtherWitnesses > 0 && occurrence.Fatal));
            }
            else if (crash.Quality > occurrence.Quality)
            {
                Told(crash, null, occurrence.BugId, bug);
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

    private void Told(PendingCrash crash, string? oldHash, Guid? from, Guid to)
    {
        var id = crash.CrashId;
        _told.Add(() =>
        {
            plan.Move(id, from, to);
            plan.Name(to, from == to ? oldHash : null, crash.SignatureHash, crash.Title);
        });
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
            // First the incidents are stored as the whole dump defines them. Then removed crashes are subtracted.
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
            foreach (var command in _counts.Commands().Concat(Renames()).Concat(BugTitles(pending)))
            {
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }

        if (gone.Length == 0)
        {
            return 0;
        }

        // Another dump that contained a removed crash is analysed again by the new analyser.
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

    /// <summary>
    /// If a person decided about a bug and the bug's own signature has a new name, the bug takes that name, unless another bug has it.
    /// </summary>
    private IEnumerable<NpgsqlBatchCommand> Renames() => _renames.DistinctBy(rename => (rename.Bug, rename.OldHash)).OrderBy(rename => rename.Bug).Select(rename => Sql.Command(
        """
        UPDATE bug SET title = $4, function = $5, module = $6, signature = $7, kind = $8, class = $9,
            signature_hash = CASE WHEN EXISTS (SELECT 1 FROM bug other WHERE other.signature_hash = $3) THEN signature_hash ELSE $3 END
        WHERE id = $1 AND signature_hash = $2
        """,
        rename.Bug,
        rename.OldHash,
        rename.Crash.SignatureHash,
        rename.Crash.Title,
        rename.Crash.Function,
        StoredText.CleanOrNull(rename.Crash.Report.Module, StoredText.MaxWord),
        StoredText.Clean(rename.Crash.Report.Signature, StoredText.MaxSignature),
        EnumWords.Of(rename.Crash.Report.Kind),
        EnumWords.Of(rename.Crash.Report.Class)));

    /// <summary>The newest analyser sets the title of the bug.</summary>
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

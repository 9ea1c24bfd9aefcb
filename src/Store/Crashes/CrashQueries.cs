using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Crashes;

/// <summary>Queries for crashes: lists, one crash with its incident and witnesses, logs and raw dumps.</summary>
public sealed partial class CrashQueries(NpgsqlDataSource source, TimeProvider time) : SqlQueries(source, time)
{
    private const string ItemColumns =
        """
        c.id, h.name, c.host_id, c.received_at, c.occurred_at, c.kind, c.class, c.severity, c.title, c.function, c.module, c.bug_id,
        c.kernel_release, c.transport, c.complete, c.missing_packets, c.incident_id, c.fatal, c.corrupted, c.dump_id
        """;

    /// <summary>Newest first. Throws <see cref="InvalidCursorException"/> for a cursor that is not from this list.</summary>
    public async Task<Page<CrashItem>> ListCrashesAsync(CrashFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var limit = Limit(page.Limit);
        if (await ConditionsOfAsync(filter, cancellation).ConfigureAwait(false) is not { } conditions)
        {
            return new Page<CrashItem>([], null);
        }

        if (page.Cursor is not null)
        {
            conditions.Add("c.id < {0}", Cursor.ReadId(page.Cursor));
        }

        // One row more than requested tells whether there is a next page.
        var rows = await ReadAsync(conditions.Command(Source, ListText(conditions, $"LIMIT {limit + 1}")), ReadItem, cancellation).ConfigureAwait(false);
        return rows.Count > limit
            ? new Page<CrashItem>(rows[..limit], Cursor.Of(rows[limit - 1].Id))
            : new Page<CrashItem>(rows, null);
    }

    /// <summary>For virtualised lists: rows by position, and the total (counting stops at <paramref name="countLimit"/>).</summary>
    public async Task<(IReadOnlyList<CrashItem> Items, int Total)> SliceCrashesAsync(
        CrashFilter filter, int offset, int count, int countLimit, CancellationToken cancellation)
    {
        if (await ConditionsOfAsync(filter, cancellation).ConfigureAwait(false) is not { } conditions)
        {
            return ([], 0);
        }

        var total = await CountAsync(
            conditions.Command(Source, $"SELECT count(*) FROM (SELECT 1 FROM crash c {conditions.Where} LIMIT {Math.Max(0, countLimit)}) AS counted"),
            cancellation).ConfigureAwait(false);
        var window = $"LIMIT {Limit(count)} OFFSET {Math.Max(0, offset)}";
        var text = ListText(conditions, window, filter.OldestFirst ? "ASC" : "DESC");
        return (await ReadAsync(conditions.Command(Source, text), ReadItem, cancellation).ConfigureAwait(false), total);
    }

    // The join runs after the limit, so that names are looked up only for the rows shown.
    private static string ListText(Conditions conditions, string window, string direction = "DESC") =>
        $"""
        SELECT {ItemColumns}
        FROM (SELECT c.* FROM crash c {conditions.Where} ORDER BY c.id {direction} {window}) AS c JOIN host h ON h.id = c.host_id
        ORDER BY c.id {direction}
        """;

    /// <returns>Null if nothing can match, because the filter names an unknown host.</returns>
    private async Task<Conditions?> ConditionsOfAsync(CrashFilter filter, CancellationToken cancellation)
    {
        var conditions = new Conditions();
        if (!string.IsNullOrWhiteSpace(filter.Host)
            && !conditions.AddAny("c.host_id", await HostSearch.FindAsync(Source, filter.Host, cancellation).ConfigureAwait(false)))
        {
            return null;
        }

        conditions.AddIf(filter.Kind is { } kind ? EnumWords.Of(kind) : null, "c.kind = {0}");
        conditions.AddIf(filter.Bug, "c.bug_id = {0}");
        conditions.AddIf(filter.Function, "c.function = {0}");
        conditions.AddIf(filter.KernelRelease, "c.kernel_release = {0}");
        conditions.AddIf(filter.Transport?.ToWord(), "c.transport = {0}");
        conditions.AddIf(filter.Incident, "c.incident_id = {0}");
        conditions.AddIf(filter.Fatal, "c.fatal = {0}");
        if (filter.Complete is { } complete)
        {
            conditions.Add(complete ? "c.complete" : "NOT c.complete");
        }

        if (filter.Since is { } since)
        {
            conditions.Add("c.id >= {0}", DumpId.FirstAt(since));
        }

        if (filter.Until is { } until)
        {
            conditions.Add("c.id < {0}", DumpId.FirstAt(until));
        }

        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            var search = CrashFields.Search(StoredText.Clean(filter.Text.Trim(), StoredText.MaxTitle));
            conditions.AddBound(CrashFields.Sql.Write(search, Time.GetUtcNow(), conditions.Parameter));
        }

        return filter.Filter is not { } written
            || await HostSearch.AddAsync(Source, conditions, written, CrashFields.Sql, Time.GetUtcNow(), cancellation).ConfigureAwait(false)
            ? conditions
            : null;
    }

    internal static CrashItem ReadItem(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Host = row.GetString(1),
        HostId = row.GetGuid(2),
        ReceivedAt = row.GetFieldValue<DateTimeOffset>(3),
        OccurredAt = row.GetFieldValue<DateTimeOffset>(4),
        Kind = EnumWords.Parse<CrashKind>(row.GetString(5)),
        Class = EnumWords.Parse<CrashClass>(row.GetString(6)),
        Severity = EnumWords.Parse<CrashSeverity>(row.GetString(7)),
        Title = row.GetString(8),
        Function = row.TextOrNull(9),
        Module = row.TextOrNull(10),
        BugId = row.GetGuid(11),
        KernelRelease = row.TextOrNull(12),
        Transport = row.GetString(13),
        Complete = row.ValueOrNull<bool>(14),
        MissingPackets = row.ValueOrNull<long>(15),
        IncidentId = row.GetGuid(16),
        Fatal = row.GetBoolean(17),
        Corrupted = row.GetBoolean(18),
        DumpId = row.GetGuid(19),
    };
}

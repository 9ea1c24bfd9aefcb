using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Store.Events.Filtering;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Mayday.Store.Schema;
using Npgsql;

namespace Mayday.Store.Events;

/// <summary>Everything that pages and API read about events. Filters, paging and counts run in SQL. All methods only read.</summary>
/// <param name="patience">Time limit of a search; <see cref="DefaultPatience"/> if omitted.</param>
public sealed partial class EventQueries(NpgsqlDataSource source, TimeProvider time, TimeSpan? patience = null)
{
    private const string ItemColumns =
        """
        e.id, h.name, e.host_id, e.received_at, e.occurred_at, e.transport, e.source_address, e.facility, e.severity, e.event_type, e.format, e.format_id,
        f.format, e.args, e.text, e.payload, e.flags, e.processor, e.uid, e.gid, e.pid, e.pgrp, e.truncated, e.count, e.fields, e.notes
        """;

    private const string Joined = "JOIN host h ON h.id = e.host_id LEFT JOIN event_format f ON f.id = e.format_id";

    /// <summary>Newest first. Throws <see cref="InvalidCursorException"/> for a cursor that is not from this list.</summary>
    public async Task<EventSearchPage> ListAsync(EventListFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var (limit, before) = (Limit(page.Limit), page.Cursor is null ? (Guid?)null : Cursor.ReadId(page.Cursor));
        if (await ConditionsOfAsync(filter, cancellation).ConfigureAwait(false) is not { } conditions)
        {
            return new EventSearchPage([], null, null);
        }

        conditions.AddIf(before, "e.id < {0}");
        try
        {
            // One row more than requested tells whether there is a next page.
            var items = await ReadItemsAsync(conditions.Command(source, ListText(conditions, $"LIMIT {limit + 1}")), s_firstTry, cancellation).ConfigureAwait(false);
            return items.Count > limit
                ? new EventSearchPage(items[..limit], Cursor.Of(items[limit - 1].Id), null)
                : new EventSearchPage(items, null, null);
        }
        catch (EventSearchTooLongException)
        {
            return await SearchAsync(filter, before, limit, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>For virtualised lists: rows by position, and the total (counting stops at <paramref name="countLimit"/>).</summary>
    public async Task<EventSlice> SliceAsync(EventListFilter filter, int offset, int count, int countLimit, CancellationToken cancellation)
    {
        if (await ConditionsOfAsync(filter, cancellation).ConfigureAwait(false) is not { } conditions)
        {
            return new EventSlice([], 0);
        }

        try
        {
            var total = await PatientlyAsync(
                conditions.Command(source, $"SELECT count(*) FROM (SELECT 1 FROM event e {conditions.Where} LIMIT {Math.Max(0, countLimit)}) AS counted"),
                s_firstTry,
                command => QueryRows.CountAsync(command, cancellation)).ConfigureAwait(false);
            var window = $"LIMIT {Limit(count)} OFFSET {Math.Max(0, offset)}";
            return new EventSlice(await ReadItemsAsync(conditions.Command(source, ListText(conditions, window)), s_firstTry, cancellation).ConfigureAwait(false), total);
        }
        catch (EventSearchTooLongException)
        {
            var found = await SearchAsync(filter, before: null, MaxFound, cancellation).ConfigureAwait(false);
            var rest = found.Items.Skip(Math.Max(0, offset)).Take(Limit(count)).ToArray();
            return new EventSlice(rest, found.Items.Count) { Found = found };
        }
    }

    public async Task<EventDetail?> FindAsync(Guid id, CancellationToken cancellation)
    {
        var command = source.CreateCommand($"SELECT {ItemColumns}, e.collector, e.source_port, e.raw FROM event e {Joined} WHERE e.id = $1");
        Sql.Add(command.Parameters, [id]);
        var rows = await QueryRows.ReadAsync(
            command,
            row => (Item: new EventListRow(row), Collector: row.GetString(26), Port: row.ValueOrNull<int>(27), Raw: row.IsDBNull(28) ? [] : row.GetFieldValue<byte[]>(28)),
            cancellation).ConfigureAwait(false);
        if (rows is not [var (reading, collector, port, raw)])
        {
            return null;
        }

        var shapes = await ShapesOfAsync([reading.FormatId], cancellation).ConfigureAwait(false);
        return new EventDetail(reading.With(shapes), collector, port, raw);
    }

    private static int Limit(int limit) => Math.Clamp(limit, 1, PageRequest.MaxLimit);

    // The joins run after the limit, so that names are looked up only for the rows shown.
    private static string ListText(Conditions conditions, string window) =>
        $"""
        SELECT {ItemColumns}
        FROM (SELECT e.* FROM event e {conditions.Where} ORDER BY e.id DESC {window}) AS e {Joined}
        ORDER BY e.id DESC
        """;

    private async Task<List<EventItem>> ReadItemsAsync(NpgsqlCommand command, TimeSpan longest, CancellationToken cancellation)
    {
        var readings = await PatientlyAsync(command, longest, patient => QueryRows.ReadAsync(patient, row => new EventListRow(row), cancellation)).ConfigureAwait(false);
        var shapes = await ShapesOfAsync(readings.Where(reading => reading.HasArguments).Select(reading => reading.FormatId), cancellation).ConfigureAwait(false);
        return readings.ConvertAll(reading => reading.With(shapes));
    }

    /// <summary>Reads kind, conversion and name of the arguments of some formats. The catalogue stores them once per format.</summary>
    private async Task<Dictionary<(long Format, int Position), EventArgument>> ShapesOfAsync(IEnumerable<long> formats, CancellationToken cancellation)
    {
        var ids = formats.Distinct().ToArray();
        if (ids.Length == 0)
        {
            return [];
        }

        var command = source.CreateCommand("SELECT format_id, position, kind, conversion, name FROM event_format_argument WHERE format_id = ANY($1)");
        Sql.Add(command.Parameters, [ids]);
        var rows = await QueryRows.ReadAsync(
            command,
            row => ((row.GetInt64(0), (int)row.GetInt16(1)), new EventArgument(EnumWords.Parse<EventArgumentKind>(row.GetString(2)), 0, null, row.GetString(3), row.TextOrNull(4))),
            cancellation).ConfigureAwait(false);
        return rows.ToDictionary(row => row.Item1, row => row.Item2);
    }

    /// <returns>Null if nothing can match, because the filter names an unknown host or format.</returns>
    private async Task<Conditions?> ConditionsOfAsync(EventListFilter filter, CancellationToken cancellation)
    {
        var conditions = new Conditions();
        conditions.AddIf(filter.HostId, "e.host_id = {0}");
        if (!string.IsNullOrWhiteSpace(filter.Host)
            && !conditions.AddAny("e.host_id", await HostSearch.FindAsync(source, filter.Host, cancellation).ConfigureAwait(false)))
        {
            return null;
        }

        // The catalogue is queried first, because it is small and events are indexed by format.
        if (filter.EventType is { } type && !conditions.AddAny("e.format_id", await FormatsOfAsync(type, cancellation).ConfigureAwait(false)))
        {
            return null;
        }

        conditions.AddIf(filter.EventType, "e.event_type = {0}");
        conditions.AddIf(filter.FormatId, "e.format_id = {0}");
        if (filter.Facility is { Length: > 0 } facility)
        {
            // The catalogue stores the cleaned name, so the name is cleaned before the look-up.
            conditions.AddBound(EventFilterSql.WriteFacility(StoredText.Clean(facility, StoredText.MaxTitle), conditions.Parameter));
        }

        conditions.AddIf((short?)filter.AtLeast, (short?)filter.AtLeast <= EventRow.Grave ? $"e.severity <= {{0}} AND {EventFilterSql.IsGrave}" : "e.severity <= {0}");
        if (filter.Since is { } since)
        {
            conditions.Add("e.id >= {0}", DumpId.FirstAt(since));
        }

        if (filter.Until is { } until)
        {
            conditions.Add("e.id < {0}", DumpId.FirstAt(until));
        }

        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            conditions.Add("e.text ILIKE {0}", Conditions.Anywhere(filter.Text.Trim()));
        }

        if (filter.Filter is { } written)
        {
            conditions.AddBound(EventFilterSql.Write(written, time.GetUtcNow(), conditions.Parameter));
        }

        return conditions;
    }

    private async Task<long[]> FormatsOfAsync(int eventType, CancellationToken cancellation)
    {
        // Formats that did not fit into the full catalogue are in the overflow row, whatever their type.
        var command = source.CreateCommand("SELECT id FROM event_format WHERE event_type = $1 OR hash = $2");
        Sql.Add(command.Parameters, [eventType, EventFormatKey.Overflow.Hash()]);
        return [.. await QueryRows.ReadAsync(command, row => row.GetInt64(0), cancellation).ConfigureAwait(false)];
    }
}

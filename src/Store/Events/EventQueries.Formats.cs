using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Events;

public sealed partial class EventQueries
{
    /// <summary>Number of days in a daily trend.</summary>
    public const int TrendDays = 14;

    /// <summary>Number of hours in an hourly trend.</summary>
    public const int TrendHours = 24;

    private const int MaxFormatHosts = 100;

    private const string FormatColumns =
        "f.id, f.facility, f.event_type, f.format, f.severity, f.sample, f.event_count, f.host_count, f.first_seen, f.last_seen";

    /// <summary>The sort orders of the list, largest or latest first.</summary>
    public static IReadOnlyList<string> FormatOrders { get; } = ["lastSeen", "firstSeen", "events", "hosts"];

    /// <summary>Throws <see cref="InvalidCursorException"/> for a cursor that is not from this list in this order.</summary>
    public async Task<Page<EventFormatItem>> ListFormatsAsync(EventFormatFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var limit = Limit(page.Limit);
        var order = OrderOf(filter.Sort);
        if (await ConditionsOfAsync(filter, cancellation).ConfigureAwait(false) is not { } conditions)
        {
            return new Page<EventFormatItem>([], null);
        }

        if (page.Cursor is not null)
        {
            var (key, id) = Cursor.ReadNumbers(page.Cursor, order.Name);
            conditions.Add($"({order.Column}, f.id) < ({{0}}, {{1}})", order.IsTime ? Microseconds.ToTime(key) : key, id);
        }

        var items = await ReadFormatsAsync(conditions, order, $"LIMIT {limit + 1}", cancellation).ConfigureAwait(false);
        var next = items.Count > limit ? Cursor.Of(order.Name, order.KeyOf(items[limit - 1]), items[limit - 1].Id) : null;
        return new Page<EventFormatItem>(await FilledAsync(next is null ? items : items[..limit], cancellation).ConfigureAwait(false), next);
    }

    /// <summary>For virtualised lists: rows by position, and the total.</summary>
    public async Task<(IReadOnlyList<EventFormatItem> Items, int Total)> SliceFormatsAsync(
        EventFormatFilter filter, int offset, int count, CancellationToken cancellation)
    {
        if (await ConditionsOfAsync(filter, cancellation).ConfigureAwait(false) is not { } conditions)
        {
            return ([], 0);
        }

        var total = await QueryRows.CountAsync(conditions.Command(source, $"SELECT count(*) FROM event_format f {conditions.Where}"), cancellation).ConfigureAwait(false);
        var items = await ReadFormatsAsync(conditions, OrderOf(filter.Sort), $"LIMIT {Limit(count)} OFFSET {Math.Max(0, offset)}", cancellation).ConfigureAwait(false);
        return (await FilledAsync(items, cancellation).ConfigureAwait(false), total);
    }

    public async Task<EventFormatItem?> FindFormatAsync(long id, CancellationToken cancellation)
    {
        var conditions = new Conditions();
        conditions.Add("f.id = {0}", id);
        var items = await ReadFormatsAsync(conditions, OrderOf(null), "LIMIT 1", cancellation).ConfigureAwait(false);
        return await FilledAsync(items, cancellation).ConfigureAwait(false) is [var format] ? format : null;
    }

    /// <summary>Hosts that sent events of a format, most events first, at most 100.</summary>
    public async Task<IReadOnlyList<EventFormatHost>> ListFormatHostsAsync(long id, CancellationToken cancellation)
    {
        var command = source.CreateCommand(
            $"""
            SELECT fh.host_id, h.name, fh.event_count, fh.last_seen FROM event_format_host fh JOIN host h ON h.id = fh.host_id
            WHERE fh.format_id = $1 ORDER BY fh.event_count DESC, h.name LIMIT {MaxFormatHosts}
            """);
        Sql.Add(command.Parameters, [id]);
        return await QueryRows.ReadAsync(
            command,
            row => new EventFormatHost(row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetFieldValue<DateTimeOffset>(3)),
            cancellation).ConfigureAwait(false);
    }

    private static FormatOrder OrderOf(string? sort) => sort switch
    {
        "events" => new FormatOrder("events", "f.event_count", IsTime: false, item => item.EventCount),
        "hosts" => new FormatOrder("hosts", "f.host_count", IsTime: false, item => item.HostCount),
        "firstSeen" => new FormatOrder("firstSeen", "f.first_seen", IsTime: true, item => Microseconds.Of(item.FirstSeen)),
        _ => new FormatOrder("lastSeen", "f.last_seen", IsTime: true, item => Microseconds.Of(item.LastSeen)),
    };

    private async Task<Conditions?> ConditionsOfAsync(EventFormatFilter filter, CancellationToken cancellation)
    {
        var conditions = new Conditions();
        // A transaction creates a format first and counts its events at the end, so no format has zero events, except the overflow row.
        conditions.Add("f.event_count > 0");
        if (!string.IsNullOrWhiteSpace(filter.Host))
        {
            var hosts = await HostSearch.FindAsync(source, filter.Host, cancellation).ConfigureAwait(false);
            if (hosts.Length == 0)
            {
                return null;
            }

            conditions.Add("f.id IN (SELECT format_id FROM event_format_host WHERE host_id = ANY({0}))", hosts);
        }

        conditions.AddIf(filter.Facility, "f.facility = {0}");
        conditions.AddIf(filter.EventType, "f.event_type = {0}");
        conditions.AddIf((short?)filter.AtLeast, "f.severity <= {0}");
        conditions.AddIf(filter.Since?.ToUniversalTime(), "f.last_seen >= {0}");
        conditions.AddIf(filter.Until?.ToUniversalTime(), "f.first_seen < {0}");
        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            conditions.Add("(f.facility || E'\\n' || coalesce(f.format, '') || E'\\n' || f.sample) ILIKE {0}", Conditions.Anywhere(filter.Text.Trim()));
        }

        return conditions;
    }

    private Task<List<EventFormatItem>> ReadFormatsAsync(Conditions conditions, FormatOrder order, string window, CancellationToken cancellation) => QueryRows.ReadAsync(
        conditions.Command(source, $"SELECT {FormatColumns} FROM event_format f {conditions.Where} ORDER BY {order.Column} DESC, f.id DESC {window}"),
        ReadFormat,
        cancellation);

    /// <summary>Adds trend and arguments to the rows that are shown.</summary>
    private async Task<IReadOnlyList<EventFormatItem>> FilledAsync(List<EventFormatItem> items, CancellationToken cancellation)
    {
        if (items.Count == 0)
        {
            return items;
        }

        var ids = items.Select(item => item.Id).ToArray();
        var now = time.GetUtcNow();
        var firstDay = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1 - TrendDays);
        var firstHour = new DateTimeOffset((now.UtcTicks / TimeSpan.TicksPerHour - TrendHours + 1) * TimeSpan.TicksPerHour, TimeSpan.Zero);
        var days = ids.ToDictionary(id => id, _ => new long[TrendDays]);
        var hours = ids.ToDictionary(id => id, _ => new long[TrendHours]);
        var arguments = ids.ToDictionary(id => id, _ => new List<EventFormatArgument>());
        var batch = source.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command("SELECT format_id, day, event_count FROM event_format_day WHERE format_id = ANY($1) AND day >= $2", ids, firstDay));
            batch.BatchCommands.Add(Sql.Command("SELECT format_id, hour, event_count FROM event_format_hour WHERE format_id = ANY($1) AND hour >= $2", ids, firstHour));
            batch.BatchCommands.Add(Sql.Command(
                "SELECT format_id, position, kind, conversion, name, spread FROM event_format_argument WHERE format_id = ANY($1) ORDER BY format_id, position", ids));
            var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    Set(days[reader.GetInt64(0)], reader.GetFieldValue<DateOnly>(1).DayNumber - firstDay.DayNumber, reader.GetInt64(2));
                }

                await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    Set(hours[reader.GetInt64(0)], (int)Math.Min(TrendHours, (reader.GetFieldValue<DateTimeOffset>(1) - firstHour).TotalHours), reader.GetInt64(2));
                }

                await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    arguments[reader.GetInt64(0)].Add(ReadArgument(reader));
                }
            }
        }

        return [.. items.Select(item => item with { Trend = days[item.Id], Hours = hours[item.Id], Arguments = arguments[item.Id] })];
    }

    // A collector with a fast clock may count hours in the future. They are ignored.
    private static void Set(long[] trend, int index, long count)
    {
        if (index < trend.Length)
        {
            trend[index] = count;
        }
    }

    private static EventFormatItem ReadFormat(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Facility = row.GetString(1),
        EventType = unchecked((uint)row.GetInt32(2)),
        Format = row.TextOrNull(3),
        Severity = (Severity)row.GetInt16(4),
        Sample = row.GetString(5),
        EventCount = row.GetInt64(6),
        HostCount = row.GetInt64(7),
        FirstSeen = row.GetFieldValue<DateTimeOffset>(8),
        LastSeen = row.GetFieldValue<DateTimeOffset>(9),
    };

    private static EventFormatArgument ReadArgument(NpgsqlDataReader row)
    {
        var spread = StoredSpread.Read(row.GetString(5));
        return new EventFormatArgument
        {
            Position = row.GetInt16(1) + 1,
            Kind = EnumWords.Parse<EventArgumentKind>(row.GetString(2)),
            Conversion = row.GetString(3),
            Name = row.TextOrNull(4),
            Observed = spread.Observed,
            IsExact = spread.IsExact,
            Minimum = spread.Minimum,
            Maximum = spread.Maximum,
            Values =
            [
                .. spread.Values.Select(value => new EventArgumentValue(
                    value.Value.Text, value.Value.Text is null ? value.Value.Number : (decimal?)null, value.Count, value.Value.IsCut)),
            ],
        };
    }

    private sealed record FormatOrder(string Name, string Column, bool IsTime, Func<EventFormatItem, long> KeyOf);
}

using Mayday.Protocol;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Hosts;

public enum TimelineKind : byte
{
    Boot,
    Crash,
    Event,
}

/// <summary>Something that happened on a host.</summary>
/// <param name="Id">Id of the crash or event; empty for a boot.</param>
/// <param name="At">When Mayday received it, so that all items use one clock.</param>
/// <param name="Text">Title of a crash, text of an event, or id of a boot.</param>
/// <param name="Gravity">Severity of an event, 0 emerg to 7 debug. For a crash, 0 if it was fatal.</param>
/// <param name="Detail">Function of a crash or facility of an event.</param>
/// <param name="Count">Number of equal events that the item stands for.</param>
public sealed record TimelineItem(TimelineKind Kind, Guid Id, DateTimeOffset At, string Text, int Gravity, string? Detail, long Count);

/// <summary>Boots, crashes and events of one host as one list.</summary>
public sealed class HostTimeline(NpgsqlDataSource source)
{
    /// <summary>
    /// Newest first: items received before <paramref name="before"/>. Events up to <paramref name="leastSeverity"/> (7 is all).
    /// </summary>
    public async Task<IReadOnlyList<TimelineItem>> ListAsync(Guid host, DateTimeOffset before, int leastSeverity, int limit, CancellationToken cancellation)
    {
        limit = Math.Clamp(limit, 1, PageRequest.MaxLimit);
        // Each part uses its own index and reads no more rows than are shown. A boot is recognised by the boot id that the host sends, and
        // is dated by the first message with it.
        using var command = source.CreateCommand(
            $"""
            (SELECT 2 AS kind, e.id, e.received_at AS at, e.text, e.severity::int AS gravity, e.facility AS detail, e.count::bigint AS count
             FROM event e WHERE e.host_id = $1 AND e.id < $2 AND e.severity <= $3 ORDER BY e.id DESC LIMIT {limit})
            UNION ALL
            (SELECT 1, c.id, c.received_at, c.title, CASE WHEN c.fatal THEN 0 ELSE 3 END, c.function, 1
             FROM crash c WHERE c.host_id = $1 AND c.id < $2 ORDER BY c.id DESC LIMIT {limit})
            UNION ALL
            (SELECT 0, NULL, min(d.received_at), d.boot_id, 6, NULL, count(*)
             FROM dump d WHERE d.host_id = $1 AND d.boot_id IS NOT NULL GROUP BY d.boot_id HAVING min(d.received_at) < $4
             ORDER BY 3 DESC LIMIT {limit})
            ORDER BY at DESC LIMIT {limit}
            """);
        Sql.Add(command.Parameters, [host, DumpId.FirstAt(before), (short)leastSeverity, before.ToUniversalTime()]);
        var items = new List<TimelineItem>();
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                items.Add(new TimelineItem(
                    (TimelineKind)reader.GetInt32(0), reader.ValueOrNull<Guid>(1) ?? Guid.Empty, reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3),
                    reader.GetInt32(4), reader.TextOrNull(5), reader.GetInt64(6)));
            }
        }

        return items;
    }
}

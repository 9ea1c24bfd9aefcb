using Npgsql;

namespace Mayday.Store.Tests.Events;

/// <summary>Whatever happened before, the kept counts of events are what counting the rows would give, and nothing points at nothing.</summary>
internal static class EventCountsCheck
{
    public static async Task RunAsync(NpgsqlDataSource source)
    {
        foreach (var wrong in new[]
        {
            "SELECT count(*) FROM event_format f WHERE event_count <> (SELECT coalesce(sum(count), 0) FROM event e WHERE e.format_id = f.id)",
            "SELECT count(*) FROM event_format f WHERE host_count <> (SELECT count(DISTINCT host_id) FROM event e WHERE e.format_id = f.id)",
            "SELECT count(*) FROM event_format f WHERE event_count <> (SELECT coalesce(sum(event_count), 0) FROM event_format_hour h WHERE h.format_id = f.id)",
            "SELECT count(*) FROM event_format f WHERE event_count <> (SELECT coalesce(sum(event_count), 0) FROM event_format_day d WHERE d.format_id = f.id)",
            "SELECT count(*) FROM event_format f WHERE event_count > 0 AND (first_seen, last_seen) <> (SELECT min(received_at), max(received_at) FROM event e WHERE e.format_id = f.id)",
            "SELECT count(*) FROM event_format f WHERE event_count > 0 AND severity <> (SELECT min(severity) FROM event e WHERE e.format_id = f.id)",
            "SELECT count(*) FROM event_format_host fh WHERE event_count <> (SELECT sum(count) FROM event e WHERE e.format_id = fh.format_id AND e.host_id = fh.host_id)",
            "SELECT count(*) FROM event_format_argument a WHERE (spread ->> 'observed')::bigint <> (SELECT sum(count) FROM event e WHERE e.format_id = a.format_id AND jsonb_array_length(e.args) > a.position)",
            "SELECT count(*) FROM host h WHERE event_count <> (SELECT coalesce(sum(count), 0) FROM event e WHERE e.host_id = h.id)",
            "SELECT count(*) FROM host h WHERE event_count > 0 AND last_event_at <> (SELECT max(received_at) FROM event e WHERE e.host_id = h.id)",
            "SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM host h WHERE h.id = e.host_id)",
            "SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM event_format f WHERE f.id = e.format_id AND (f.facility, f.event_type) = (e.facility, e.event_type))",
        })
        {
            await using var command = source.CreateCommand(wrong);
            Assert.True(await command.ExecuteScalarAsync() is 0L, wrong);
        }
    }
}

using Npgsql;

namespace Mayday.Store.Tests;

/// <summary>Whatever happened before, the kept counts are what counting the rows would give, and nothing points at nothing.</summary>
internal static class KeptCounts
{
    public static async Task CheckAsync(NpgsqlDataSource source)
    {
        foreach (var wrong in new[]
        {
            "SELECT count(*) FROM bug b WHERE crash_count <> (SELECT count(*) FROM crash c WHERE c.bug_id = b.id)",
            "SELECT count(*) FROM bug b WHERE fatal_count <> (SELECT count(*) FROM crash c WHERE c.bug_id = b.id AND c.fatal)",
            "SELECT count(*) FROM bug b WHERE host_count <> (SELECT count(DISTINCT host_id) FROM crash c WHERE c.bug_id = b.id)",
            "SELECT count(*) FROM bug b WHERE crash_count <> (SELECT coalesce(sum(crash_count), 0) FROM bug_day d WHERE d.bug_id = b.id)",
            "SELECT count(*) FROM bug b WHERE crash_count <> (SELECT coalesce(sum(crash_count), 0) FROM bug_release r WHERE r.bug_id = b.id)",
            "SELECT count(*) FROM bug_host bh WHERE crash_count <> (SELECT count(*) FROM crash c WHERE c.bug_id = bh.bug_id AND c.host_id = bh.host_id)",
            "SELECT count(*) FROM host h WHERE crash_count <> (SELECT count(*) FROM crash c WHERE c.host_id = h.id)",
            "SELECT count(*) FROM host h WHERE dump_count <> (SELECT count(*) FROM dump d WHERE d.host_id = h.id)",
            "SELECT count(*) FROM incident i WHERE crash_count <> (SELECT count(*) FROM crash c WHERE c.incident_id = i.id)",
            "SELECT count(*) FROM crash c WHERE NOT EXISTS (SELECT 1 FROM crash_witness w WHERE w.crash_id = c.id AND w.dump_id = c.dump_id)",
            "SELECT count(*) FROM crash c WHERE NOT EXISTS (SELECT 1 FROM host h WHERE h.id = c.host_id)",
            "SELECT count(*) FROM dump d WHERE NOT EXISTS (SELECT 1 FROM host h WHERE h.id = d.host_id)",
            "SELECT count(*) FROM crash c WHERE NOT EXISTS (SELECT 1 FROM crash_occurrence o WHERE o.crash_id = c.id AND o.host_id = c.host_id AND o.bug_id = c.bug_id AND o.key = c.occurrence_key)",
            "SELECT count(*) FROM crash_witness w WHERE NOT EXISTS (SELECT 1 FROM crash c WHERE c.id = w.crash_id)",
            "SELECT count(*) FROM crash c WHERE NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = c.incident_id)",
        })
        {
            await using var command = source.CreateCommand(wrong);
            Assert.True(await command.ExecuteScalarAsync() is 0L, wrong);
        }
    }
}

using Microsoft.EntityFrameworkCore.Migrations;

namespace Mayday.Migrations.Versions;

/// <summary>When an existing installation was last maintained.</summary>
internal static class MaintenancePostgres
{
    // Each round made partitions up to three days ahead, so the newest one tells the day of the last round. A new database has none, and no row.
    public static void Up(MigrationBuilder migration) => migration.Sql("""
        INSERT INTO maintenance (id, last_at, seen_at, steady_seconds)
        SELECT 1, newest.day, newest.day, 0
        FROM (
            SELECT max(to_date(right(c.relname, 8), 'YYYYMMDD') - 3)::timestamp AT TIME ZONE 'UTC' AS day
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'dump'::regclass AND c.relname ~ '^dump_[0-9]{8}$'
        ) AS newest
        WHERE newest.day IS NOT NULL;
        """);
}

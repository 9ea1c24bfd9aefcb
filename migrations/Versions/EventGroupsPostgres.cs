using Microsoft.EntityFrameworkCore.Migrations;

namespace Mayday.Migrations.Versions;

/// <summary>What the groups of events need of Postgres beyond EF Core's words.</summary>
internal static class EventGroupsPostgres
{
    public static void Up(MigrationBuilder migration)
    {
        // The defaults were for rows that were there before; every writer says what it writes.
        migration.Sql("""
            ALTER TABLE event ALTER COLUMN collector DROP DEFAULT, ALTER COLUMN count DROP DEFAULT, ALTER COLUMN truncated DROP DEFAULT;
            ALTER TABLE event_format ALTER COLUMN event_count DROP DEFAULT, ALTER COLUMN host_count DROP DEFAULT, ALTER COLUMN first_seen DROP DEFAULT,
                ALTER COLUMN last_seen DROP DEFAULT, ALTER COLUMN sample DROP DEFAULT, ALTER COLUMN severity DROP DEFAULT;
            UPDATE event SET count = 1 WHERE count = 0;
            """);
        migration.Sql("""
            ALTER TABLE event ALTER COLUMN payload SET COMPRESSION lz4, ALTER COLUMN args SET COMPRESSION lz4;
            ALTER TABLE event_format ALTER COLUMN format SET COMPRESSION lz4;
            ALTER TABLE event_format_argument ALTER COLUMN spread SET COMPRESSION lz4;
            """);

        // Every batch updates these rows in place; room on each page and early cleaning keep them from growing.
        migration.Sql("""
            ALTER TABLE event_format SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
            ALTER TABLE event_format_argument SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
            ALTER TABLE event_format_host SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
            ALTER TABLE event_format_hour SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
            ALTER TABLE event_format_day SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
            """);
    }
}

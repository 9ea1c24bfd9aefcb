using Microsoft.EntityFrameworkCore.Migrations;

namespace Mayday.Migrations.Versions;

/// <summary>What the first schema needs of Postgres beyond EF Core's words.</summary>
internal static class InitialPostgres
{
    public static void Up(MigrationBuilder migration)
    {
        // Those of the first schema; tables that came later bring theirs with their own migration.
        foreach (var table in (string[])["dump", "crash", "crash_witness", "event"])
        {
            migration.Sql($"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT;");
        }

        // lz4 packs a kernel log to about a third at several times the speed of Postgres' own method. Partitions inherit it.
        migration.Sql("""
            ALTER TABLE dump ALTER COLUMN log SET COMPRESSION lz4, ALTER COLUMN datagrams SET COMPRESSION lz4, ALTER COLUMN completeness SET COMPRESSION lz4;
            ALTER TABLE crash ALTER COLUMN report SET COMPRESSION lz4, ALTER COLUMN extract SET COMPRESSION lz4, ALTER COLUMN words SET COMPRESSION lz4;
            ALTER TABLE event ALTER COLUMN raw SET COMPRESSION lz4, ALTER COLUMN text SET COMPRESSION lz4;
            ALTER TABLE dump_default ALTER COLUMN log SET COMPRESSION lz4, ALTER COLUMN datagrams SET COMPRESSION lz4, ALTER COLUMN completeness SET COMPRESSION lz4;
            ALTER TABLE crash_default ALTER COLUMN report SET COMPRESSION lz4, ALTER COLUMN extract SET COMPRESSION lz4, ALTER COLUMN words SET COMPRESSION lz4;
            ALTER TABLE event_default ALTER COLUMN raw SET COMPRESSION lz4, ALTER COLUMN text SET COMPRESSION lz4;
            """);

        // Any part of any word: what `q` searches. The extract itself would cost 1 ms of CPU a crash, its distinct words a fifth of that.
        migration.Sql("CREATE INDEX ix_crash_words ON crash USING gin (words gin_trgm_ops);");

        // Every batch updates these rows in place; room on each page and early cleaning keep them from growing.
        migration.Sql("""
            ALTER TABLE bug SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
            ALTER TABLE host SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
            ALTER TABLE ingest_counter SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
            """);
    }
}

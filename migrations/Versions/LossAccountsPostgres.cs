using Microsoft.EntityFrameworkCore.Migrations;

namespace Mayday.Migrations.Versions;

/// <summary>What loss accounts and the log archive need of Postgres beyond EF Core's words.</summary>
internal static class LossAccountsPostgres
{
    public static void Up(MigrationBuilder migration)
    {
        migration.Sql("CREATE TABLE log_block_default PARTITION OF log_block DEFAULT;");

        // Compressed already: another round would cost and win nothing.
        migration.Sql("ALTER TABLE log_block ALTER COLUMN content SET STORAGE EXTERNAL; ALTER TABLE log_block_default ALTER COLUMN content SET STORAGE EXTERNAL;");

        // Saves update these rows in place, every few seconds.
        migration.Sql("""
            ALTER TABLE sender_loss SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
            ALTER TABLE loss_hour SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
            ALTER TABLE loss_save SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
            """);
    }
}

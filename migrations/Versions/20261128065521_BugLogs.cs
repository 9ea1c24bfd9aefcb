using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mayday.Migrations.Versions
{
    /// <inheritdoc />
    public partial class BugLogs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "bug_log",
                columns: table => new
                {
                    bug_id = table.Column<Guid>(type: "uuid", nullable: false),
                    dump_id = table.Column<Guid>(type: "uuid", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    rank = table.Column<short>(type: "smallint", nullable: false),
                    is_shared = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bug_log", x => new { x.bug_id, x.dump_id });
                    table.ForeignKey(
                        name: "fk_bug_log_bug_id",
                        column: x => x.bug_id,
                        principalTable: "bug",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_bug_log_bug_id_received_at",
                table: "bug_log",
                columns: new[] { "bug_id", "received_at" });

            migrationBuilder.CreateIndex(
                name: "ix_bug_log_received_at",
                table: "bug_log",
                column: "received_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "bug_log");
        }
    }
}

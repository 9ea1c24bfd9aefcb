using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mayday.Migrations.Versions
{
    /// <inheritdoc />
    public partial class BugMinutes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "log_kept",
                table: "dump",
                type: "boolean",
                nullable: false,
                defaultValue: true);

            migrationBuilder.CreateTable(
                name: "bug_minute",
                columns: table => new
                {
                    bug_id = table.Column<Guid>(type: "uuid", nullable: false),
                    minute = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    crash_count = table.Column<long>(type: "bigint", nullable: false),
                    kept_count = table.Column<long>(type: "bigint", nullable: false),
                    thinned_count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bug_minute", x => new { x.bug_id, x.minute });
                    table.ForeignKey(
                        name: "fk_bug_minute_bug_id",
                        column: x => x.bug_id,
                        principalTable: "bug",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_bug_minute_minute",
                table: "bug_minute",
                column: "minute");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "bug_minute");

            migrationBuilder.DropColumn(
                name: "log_kept",
                table: "dump");
        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mayday.Migrations.Versions
{
    /// <inheritdoc />
    public partial class BugAlias : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "bug_alias",
                columns: table => new
                {
                    signature_hash = table.Column<string>(type: "text", nullable: false),
                    bug_id = table.Column<Guid>(type: "uuid", nullable: false),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    carried_from = table.Column<string>(type: "text", nullable: true),
                    note = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bug_alias", x => x.signature_hash);
                    table.ForeignKey(
                        name: "fk_bug_alias_bug_id",
                        column: x => x.bug_id,
                        principalTable: "bug",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_bug_alias_bug_id",
                table: "bug_alias",
                column: "bug_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "bug_alias");
        }
    }
}

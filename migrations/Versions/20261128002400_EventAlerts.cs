using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mayday.Migrations.Versions
{
    /// <inheritdoc />
    public partial class EventAlerts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "event_alert",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    rule = table.Column<string>(type: "text", nullable: false),
                    filter = table.Column<string>(type: "text", nullable: false),
                    fired_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false),
                    within_seconds = table.Column<long>(type: "bigint", nullable: false),
                    values = table.Column<string>(type: "jsonb", nullable: false),
                    event_id = table.Column<Guid>(type: "uuid", nullable: false),
                    host = table.Column<string>(type: "text", nullable: false),
                    facility = table.Column<string>(type: "text", nullable: false),
                    severity = table.Column<string>(type: "text", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false),
                    webhook = table.Column<string>(type: "text", nullable: true),
                    delivery = table.Column<string>(type: "text", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    delivery_error = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_alert", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_event_alert_next_attempt_at",
                table: "event_alert",
                column: "next_attempt_at",
                filter: "delivery = 'pending'");

            migrationBuilder.CreateIndex(
                name: "ix_event_alert_rule_id",
                table: "event_alert",
                columns: new[] { "rule", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "event_alert");
        }
    }
}

using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mayday.Migrations.Versions
{
    /// <inheritdoc />
    public partial class EventIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_event_format_host_host_id_last_seen",
                table: "event_format_host");

            migrationBuilder.DropIndex(
                name: "ix_event_format_host_last_seen",
                table: "event_format_host");

            migrationBuilder.DropIndex(
                name: "ix_event_facility_id",
                table: "event");

            migrationBuilder.DropIndex(
                name: "ix_event_severity_id",
                table: "event");

            migrationBuilder.CreateIndex(
                name: "ix_event_format_host_host_id",
                table: "event_format_host",
                column: "host_id");

            migrationBuilder.CreateIndex(
                name: "ix_event_id",
                table: "event",
                column: "id",
                filter: "severity <= 2");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_event_format_host_host_id",
                table: "event_format_host");

            migrationBuilder.DropIndex(
                name: "ix_event_id",
                table: "event");

            migrationBuilder.CreateIndex(
                name: "ix_event_format_host_host_id_last_seen",
                table: "event_format_host",
                columns: new[] { "host_id", "last_seen" });

            migrationBuilder.CreateIndex(
                name: "ix_event_format_host_last_seen",
                table: "event_format_host",
                column: "last_seen");

            migrationBuilder.CreateIndex(
                name: "ix_event_facility_id",
                table: "event",
                columns: new[] { "facility", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_event_severity_id",
                table: "event",
                columns: new[] { "severity", "id" });
        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mayday.Migrations.Versions
{
    /// <inheritdoc />
    public partial class EventGroups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_event_facility_event_type_id",
                table: "event");

            migrationBuilder.AddColumn<long>(
                name: "event_count",
                table: "host",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_event_at",
                table: "host",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "format",
                table: "event_format",
                type: "text",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "text");

            migrationBuilder.AddColumn<long>(
                name: "event_count",
                table: "event_format",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "first_seen",
                table: "event_format",
                type: "timestamp with time zone",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.AddColumn<long>(
                name: "host_count",
                table: "event_format",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_seen",
                table: "event_format",
                type: "timestamp with time zone",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.AddColumn<string>(
                name: "sample",
                table: "event_format",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<short>(
                name: "severity",
                table: "event_format",
                type: "smallint",
                nullable: false,
                defaultValue: (short)0);

            migrationBuilder.AlterColumn<long>(
                name: "uid",
                table: "event",
                type: "bigint",
                nullable: true,
                oldClrType: typeof(long),
                oldType: "bigint");

            migrationBuilder.AlterColumn<byte[]>(
                name: "raw",
                table: "event",
                type: "bytea",
                nullable: true,
                oldClrType: typeof(byte[]),
                oldType: "bytea");

            migrationBuilder.AlterColumn<int>(
                name: "processor",
                table: "event",
                type: "integer",
                nullable: true,
                oldClrType: typeof(int),
                oldType: "integer");

            migrationBuilder.AlterColumn<int>(
                name: "pid",
                table: "event",
                type: "integer",
                nullable: true,
                oldClrType: typeof(int),
                oldType: "integer");

            migrationBuilder.AlterColumn<int>(
                name: "pgrp",
                table: "event",
                type: "integer",
                nullable: true,
                oldClrType: typeof(int),
                oldType: "integer");

            migrationBuilder.AlterColumn<long>(
                name: "gid",
                table: "event",
                type: "bigint",
                nullable: true,
                oldClrType: typeof(long),
                oldType: "bigint");

            migrationBuilder.AddColumn<string>(
                name: "collector",
                table: "event",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "count",
                table: "event",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "fields",
                table: "event",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "notes",
                table: "event",
                type: "text[]",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "payload",
                table: "event",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "truncated",
                table: "event",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "event_format_argument",
                columns: table => new
                {
                    format_id = table.Column<long>(type: "bigint", nullable: false),
                    position = table.Column<short>(type: "smallint", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    conversion = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: true),
                    spread = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_format_argument", x => new { x.format_id, x.position });
                    table.ForeignKey(
                        name: "fk_event_format_argument_format_id",
                        column: x => x.format_id,
                        principalTable: "event_format",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "event_format_day",
                columns: table => new
                {
                    format_id = table.Column<long>(type: "bigint", nullable: false),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    event_count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_format_day", x => new { x.format_id, x.day });
                    table.ForeignKey(
                        name: "fk_event_format_day_format_id",
                        column: x => x.format_id,
                        principalTable: "event_format",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "event_format_host",
                columns: table => new
                {
                    format_id = table.Column<long>(type: "bigint", nullable: false),
                    host_id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_count = table.Column<long>(type: "bigint", nullable: false),
                    last_seen = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_format_host", x => new { x.format_id, x.host_id });
                    table.ForeignKey(
                        name: "fk_event_format_host_format_id",
                        column: x => x.format_id,
                        principalTable: "event_format",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_event_format_host_host_id",
                        column: x => x.host_id,
                        principalTable: "host",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "event_format_hour",
                columns: table => new
                {
                    format_id = table.Column<long>(type: "bigint", nullable: false),
                    hour = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    event_count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_format_hour", x => new { x.format_id, x.hour });
                    table.ForeignKey(
                        name: "fk_event_format_hour_format_id",
                        column: x => x.format_id,
                        principalTable: "event_format",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_event_format_event_count_id",
                table: "event_format",
                columns: new[] { "event_count", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_event_format_event_type",
                table: "event_format",
                column: "event_type");

            migrationBuilder.CreateIndex(
                name: "ix_event_format_facility_event_type",
                table: "event_format",
                columns: new[] { "facility", "event_type" });

            migrationBuilder.CreateIndex(
                name: "ix_event_format_first_seen_id",
                table: "event_format",
                columns: new[] { "first_seen", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_event_format_host_count_id",
                table: "event_format",
                columns: new[] { "host_count", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_event_format_last_seen_id",
                table: "event_format",
                columns: new[] { "last_seen", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_event_facility_id",
                table: "event",
                columns: new[] { "facility", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_event_format_id_id",
                table: "event",
                columns: new[] { "format_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_event_format_day_day",
                table: "event_format_day",
                column: "day");

            migrationBuilder.CreateIndex(
                name: "ix_event_format_host_host_id_last_seen",
                table: "event_format_host",
                columns: new[] { "host_id", "last_seen" });

            migrationBuilder.CreateIndex(
                name: "ix_event_format_host_last_seen",
                table: "event_format_host",
                column: "last_seen");

            migrationBuilder.CreateIndex(
                name: "ix_event_format_hour_hour",
                table: "event_format_hour",
                column: "hour");
            EventGroupsPostgres.Up(migrationBuilder);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "event_format_argument");

            migrationBuilder.DropTable(
                name: "event_format_day");

            migrationBuilder.DropTable(
                name: "event_format_host");

            migrationBuilder.DropTable(
                name: "event_format_hour");

            migrationBuilder.DropIndex(
                name: "ix_event_format_event_count_id",
                table: "event_format");

            migrationBuilder.DropIndex(
                name: "ix_event_format_event_type",
                table: "event_format");

            migrationBuilder.DropIndex(
                name: "ix_event_format_facility_event_type",
                table: "event_format");

            migrationBuilder.DropIndex(
                name: "ix_event_format_first_seen_id",
                table: "event_format");

            migrationBuilder.DropIndex(
                name: "ix_event_format_host_count_id",
                table: "event_format");

            migrationBuilder.DropIndex(
                name: "ix_event_format_last_seen_id",
                table: "event_format");

            migrationBuilder.DropIndex(
                name: "ix_event_facility_id",
                table: "event");

            migrationBuilder.DropIndex(
                name: "ix_event_format_id_id",
                table: "event");

            migrationBuilder.DropColumn(
                name: "event_count",
                table: "host");

            migrationBuilder.DropColumn(
                name: "last_event_at",
                table: "host");

            migrationBuilder.DropColumn(
                name: "event_count",
                table: "event_format");

            migrationBuilder.DropColumn(
                name: "first_seen",
                table: "event_format");

            migrationBuilder.DropColumn(
                name: "host_count",
                table: "event_format");

            migrationBuilder.DropColumn(
                name: "last_seen",
                table: "event_format");

            migrationBuilder.DropColumn(
                name: "sample",
                table: "event_format");

            migrationBuilder.DropColumn(
                name: "severity",
                table: "event_format");

            migrationBuilder.DropColumn(
                name: "collector",
                table: "event");

            migrationBuilder.DropColumn(
                name: "count",
                table: "event");

            migrationBuilder.DropColumn(
                name: "fields",
                table: "event");

            migrationBuilder.DropColumn(
                name: "notes",
                table: "event");

            migrationBuilder.DropColumn(
                name: "payload",
                table: "event");

            migrationBuilder.DropColumn(
                name: "truncated",
                table: "event");

            migrationBuilder.AlterColumn<string>(
                name: "format",
                table: "event_format",
                type: "text",
                nullable: false,
                defaultValue: "",
                oldClrType: typeof(string),
                oldType: "text",
                oldNullable: true);

            migrationBuilder.AlterColumn<long>(
                name: "uid",
                table: "event",
                type: "bigint",
                nullable: false,
                defaultValue: 0L,
                oldClrType: typeof(long),
                oldType: "bigint",
                oldNullable: true);

            migrationBuilder.AlterColumn<byte[]>(
                name: "raw",
                table: "event",
                type: "bytea",
                nullable: false,
                defaultValue: new byte[0],
                oldClrType: typeof(byte[]),
                oldType: "bytea",
                oldNullable: true);

            migrationBuilder.AlterColumn<int>(
                name: "processor",
                table: "event",
                type: "integer",
                nullable: false,
                defaultValue: 0,
                oldClrType: typeof(int),
                oldType: "integer",
                oldNullable: true);

            migrationBuilder.AlterColumn<int>(
                name: "pid",
                table: "event",
                type: "integer",
                nullable: false,
                defaultValue: 0,
                oldClrType: typeof(int),
                oldType: "integer",
                oldNullable: true);

            migrationBuilder.AlterColumn<int>(
                name: "pgrp",
                table: "event",
                type: "integer",
                nullable: false,
                defaultValue: 0,
                oldClrType: typeof(int),
                oldType: "integer",
                oldNullable: true);

            migrationBuilder.AlterColumn<long>(
                name: "gid",
                table: "event",
                type: "bigint",
                nullable: false,
                defaultValue: 0L,
                oldClrType: typeof(long),
                oldType: "bigint",
                oldNullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_event_facility_event_type_id",
                table: "event",
                columns: new[] { "facility", "event_type", "id" });
        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Mayday.Migrations.Versions
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterDatabase()
                .Annotation("Npgsql:PostgresExtension:pg_trgm", ",,");

            migrationBuilder.CreateTable(
                name: "bug",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    signature_hash = table.Column<string>(type: "text", nullable: false),
                    signature = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    @class = table.Column<string>(name: "class", type: "text", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    function = table.Column<string>(type: "text", nullable: true),
                    module = table.Column<string>(type: "text", nullable: true),
                    crash_count = table.Column<long>(type: "bigint", nullable: false),
                    host_count = table.Column<long>(type: "bigint", nullable: false),
                    fatal_count = table.Column<long>(type: "bigint", nullable: false),
                    first_seen = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_seen = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    first_kernel_release = table.Column<string>(type: "text", nullable: true),
                    last_kernel_release = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bug", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "collector",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_collector", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "crash",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    dump_id = table.Column<Guid>(type: "uuid", nullable: false),
                    host_id = table.Column<Guid>(type: "uuid", nullable: false),
                    bug_id = table.Column<Guid>(type: "uuid", nullable: false),
                    incident_id = table.Column<Guid>(type: "uuid", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    @class = table.Column<string>(name: "class", type: "text", nullable: false),
                    severity = table.Column<string>(type: "text", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    function = table.Column<string>(type: "text", nullable: true),
                    module = table.Column<string>(type: "text", nullable: true),
                    signature_hash = table.Column<string>(type: "text", nullable: false),
                    kernel_release = table.Column<string>(type: "text", nullable: true),
                    transport = table.Column<string>(type: "text", nullable: false),
                    complete = table.Column<bool>(type: "boolean", nullable: true),
                    missing_packets = table.Column<long>(type: "bigint", nullable: true),
                    fatal = table.Column<bool>(type: "boolean", nullable: false),
                    aftermath = table.Column<bool>(type: "boolean", nullable: false),
                    corrupted = table.Column<bool>(type: "boolean", nullable: false),
                    corrupted_reason = table.Column<string>(type: "text", nullable: true),
                    cpu = table.Column<int>(type: "integer", nullable: true),
                    pid = table.Column<int>(type: "integer", nullable: true),
                    comm = table.Column<string>(type: "text", nullable: true),
                    taint = table.Column<string>(type: "text", nullable: true),
                    hardware = table.Column<string>(type: "text", nullable: true),
                    printk_time = table.Column<double>(type: "double precision", nullable: true),
                    log_start = table.Column<int>(type: "integer", nullable: false),
                    log_end = table.Column<int>(type: "integer", nullable: false),
                    analyzer_version = table.Column<int>(type: "integer", nullable: false),
                    occurrence_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    report = table.Column<string>(type: "jsonb", nullable: false),
                    extract = table.Column<string>(type: "text", nullable: false),
                    words = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_crash", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "crash_occurrence",
                columns: table => new
                {
                    crash_id = table.Column<Guid>(type: "uuid", nullable: false),
                    host_id = table.Column<Guid>(type: "uuid", nullable: false),
                    key = table.Column<byte[]>(type: "bytea", nullable: false),
                    boot_id = table.Column<string>(type: "text", nullable: true),
                    bug_id = table.Column<Guid>(type: "uuid", nullable: false),
                    incident_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kernel_release = table.Column<string>(type: "text", nullable: true),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    printk_time = table.Column<double>(type: "double precision", nullable: true),
                    quality = table.Column<int>(type: "integer", nullable: false),
                    fatal = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_crash_occurrence", x => x.crash_id);
                });

            migrationBuilder.CreateTable(
                name: "crash_witness",
                columns: table => new
                {
                    crash_id = table.Column<Guid>(type: "uuid", nullable: false),
                    dump_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_crash_witness", x => new { x.crash_id, x.dump_id });
                });

            migrationBuilder.CreateTable(
                name: "dump",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    host_id = table.Column<Guid>(type: "uuid", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    transport = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<byte[]>(type: "bytea", nullable: false),
                    source_address = table.Column<string>(type: "text", nullable: true),
                    source_port = table.Column<int>(type: "integer", nullable: true),
                    claimed_name = table.Column<string>(type: "text", nullable: true),
                    machine_id = table.Column<string>(type: "text", nullable: true),
                    boot_id = table.Column<string>(type: "text", nullable: true),
                    dump_number = table.Column<int>(type: "integer", nullable: true),
                    dump_type = table.Column<string>(type: "text", nullable: true),
                    kernel_release = table.Column<string>(type: "text", nullable: true),
                    complete = table.Column<bool>(type: "boolean", nullable: true),
                    missing_packets = table.Column<long>(type: "bigint", nullable: true),
                    completeness = table.Column<string>(type: "jsonb", nullable: false),
                    header_registers = table.Column<string>(type: "jsonb", nullable: false),
                    processor = table.Column<string>(type: "text", nullable: true),
                    user_fields = table.Column<string>(type: "jsonb", nullable: false),
                    user_blob = table.Column<byte[]>(type: "bytea", nullable: true),
                    crash_count = table.Column<int>(type: "integer", nullable: false),
                    analyzer_version = table.Column<int>(type: "integer", nullable: false),
                    analysis_failure = table.Column<string>(type: "text", nullable: true),
                    collector = table.Column<string>(type: "text", nullable: false),
                    log_bytes = table.Column<long>(type: "bigint", nullable: false),
                    log = table.Column<byte[]>(type: "bytea", nullable: false),
                    datagrams = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dump", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "dump_key",
                columns: table => new
                {
                    key = table.Column<byte[]>(type: "bytea", nullable: false),
                    dump_id = table.Column<Guid>(type: "uuid", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dump_key", x => x.key);
                });

            migrationBuilder.CreateTable(
                name: "event",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    host_id = table.Column<Guid>(type: "uuid", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    transport = table.Column<string>(type: "text", nullable: false),
                    source_address = table.Column<string>(type: "text", nullable: true),
                    source_port = table.Column<int>(type: "integer", nullable: true),
                    facility = table.Column<string>(type: "text", nullable: false),
                    event_type = table.Column<int>(type: "integer", nullable: false),
                    severity = table.Column<short>(type: "smallint", nullable: false),
                    format = table.Column<short>(type: "smallint", nullable: false),
                    flags = table.Column<int>(type: "integer", nullable: false),
                    processor = table.Column<int>(type: "integer", nullable: false),
                    uid = table.Column<long>(type: "bigint", nullable: false),
                    gid = table.Column<long>(type: "bigint", nullable: false),
                    pid = table.Column<int>(type: "integer", nullable: false),
                    pgrp = table.Column<int>(type: "integer", nullable: false),
                    format_id = table.Column<long>(type: "bigint", nullable: true),
                    args = table.Column<string>(type: "jsonb", nullable: true),
                    text = table.Column<string>(type: "text", nullable: false),
                    raw = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "event_batch",
                columns: table => new
                {
                    key = table.Column<byte[]>(type: "bytea", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    event_count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_batch", x => x.key);
                });

            migrationBuilder.CreateTable(
                name: "event_format",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    facility = table.Column<string>(type: "text", nullable: false),
                    event_type = table.Column<int>(type: "integer", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    format = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_format", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "host",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    machine_id = table.Column<string>(type: "text", nullable: true),
                    claimed_name = table.Column<string>(type: "text", nullable: true),
                    address_key = table.Column<string>(type: "text", nullable: true),
                    kernel_release = table.Column<string>(type: "text", nullable: true),
                    crash_count = table.Column<long>(type: "bigint", nullable: false),
                    dump_count = table.Column<long>(type: "bigint", nullable: false),
                    partial_dump_count = table.Column<long>(type: "bigint", nullable: false),
                    first_seen = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_seen = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_crash_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_crash_title = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_host", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "bug_day",
                columns: table => new
                {
                    bug_id = table.Column<Guid>(type: "uuid", nullable: false),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    crash_count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bug_day", x => new { x.bug_id, x.day });
                    table.ForeignKey(
                        name: "fk_bug_day_bug_id",
                        column: x => x.bug_id,
                        principalTable: "bug",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "bug_release",
                columns: table => new
                {
                    bug_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kernel_release = table.Column<string>(type: "text", nullable: false),
                    crash_count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bug_release", x => new { x.bug_id, x.kernel_release });
                    table.ForeignKey(
                        name: "fk_bug_release_bug_id",
                        column: x => x.bug_id,
                        principalTable: "bug",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "ingest_counter",
                columns: table => new
                {
                    collector = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    tags = table.Column<string>(type: "text", nullable: false),
                    value = table.Column<long>(type: "bigint", nullable: false),
                    @base = table.Column<long>(name: "base", type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ingest_counter", x => new { x.collector, x.name, x.tags });
                    table.ForeignKey(
                        name: "fk_ingest_counter_collector",
                        column: x => x.collector,
                        principalTable: "collector",
                        principalColumn: "name",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "bug_host",
                columns: table => new
                {
                    bug_id = table.Column<Guid>(type: "uuid", nullable: false),
                    host_id = table.Column<Guid>(type: "uuid", nullable: false),
                    crash_count = table.Column<long>(type: "bigint", nullable: false),
                    last_seen = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bug_host", x => new { x.bug_id, x.host_id });
                    table.ForeignKey(
                        name: "fk_bug_host_bug_id",
                        column: x => x.bug_id,
                        principalTable: "bug",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_bug_host_host_id",
                        column: x => x.host_id,
                        principalTable: "host",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "host_address",
                columns: table => new
                {
                    host_id = table.Column<Guid>(type: "uuid", nullable: false),
                    address = table.Column<string>(type: "text", nullable: false),
                    claimed_name = table.Column<string>(type: "text", nullable: true),
                    named_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    first_seen = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_seen = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_host_address", x => new { x.host_id, x.address });
                    table.ForeignKey(
                        name: "fk_host_address_host_id",
                        column: x => x.host_id,
                        principalTable: "host",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "incident",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    host_id = table.Column<Guid>(type: "uuid", nullable: false),
                    boot_id = table.Column<string>(type: "text", nullable: true),
                    first_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    first_printk_time = table.Column<double>(type: "double precision", nullable: true),
                    last_printk_time = table.Column<double>(type: "double precision", nullable: true),
                    crash_count = table.Column<int>(type: "integer", nullable: false),
                    fatal = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_incident", x => x.id);
                    table.ForeignKey(
                        name: "fk_incident_host_id",
                        column: x => x.host_id,
                        principalTable: "host",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_bug_crash_count_id",
                table: "bug",
                columns: new[] { "crash_count", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_bug_first_seen_id",
                table: "bug",
                columns: new[] { "first_seen", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_bug_host_count_id",
                table: "bug",
                columns: new[] { "host_count", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_bug_last_seen_id",
                table: "bug",
                columns: new[] { "last_seen", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_bug_signature_hash",
                table: "bug",
                column: "signature_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_bug_day_day",
                table: "bug_day",
                column: "day");

            migrationBuilder.CreateIndex(
                name: "ix_bug_host_bug_id_last_seen",
                table: "bug_host",
                columns: new[] { "bug_id", "last_seen" });

            migrationBuilder.CreateIndex(
                name: "ix_bug_host_host_id_last_seen",
                table: "bug_host",
                columns: new[] { "host_id", "last_seen" });

            migrationBuilder.CreateIndex(
                name: "ix_crash_bug_id_id",
                table: "crash",
                columns: new[] { "bug_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_crash_complete_id",
                table: "crash",
                columns: new[] { "complete", "id" },
                filter: "NOT complete");

            migrationBuilder.CreateIndex(
                name: "ix_crash_function_id",
                table: "crash",
                columns: new[] { "function", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_crash_host_id_id",
                table: "crash",
                columns: new[] { "host_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_crash_incident_id",
                table: "crash",
                column: "incident_id");

            migrationBuilder.CreateIndex(
                name: "ix_crash_kernel_release_id",
                table: "crash",
                columns: new[] { "kernel_release", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_crash_kind_id",
                table: "crash",
                columns: new[] { "kind", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_crash_transport_id",
                table: "crash",
                columns: new[] { "transport", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_crash_occurrence_host_id_key",
                table: "crash_occurrence",
                columns: new[] { "host_id", "key" });

            migrationBuilder.CreateIndex(
                name: "ix_crash_occurrence_received_at",
                table: "crash_occurrence",
                column: "received_at");

            migrationBuilder.CreateIndex(
                name: "ix_crash_witness_dump_id",
                table: "crash_witness",
                column: "dump_id");

            migrationBuilder.CreateIndex(
                name: "ix_dump_analyzer_version_id",
                table: "dump",
                columns: new[] { "analyzer_version", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_dump_host_id_id",
                table: "dump",
                columns: new[] { "host_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_dump_key_received_at",
                table: "dump_key",
                column: "received_at");

            migrationBuilder.CreateIndex(
                name: "ix_event_facility_event_type_id",
                table: "event",
                columns: new[] { "facility", "event_type", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_event_host_id_id",
                table: "event",
                columns: new[] { "host_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_event_severity_id",
                table: "event",
                columns: new[] { "severity", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_event_batch_received_at",
                table: "event_batch",
                column: "received_at");

            migrationBuilder.CreateIndex(
                name: "ix_event_format_hash",
                table: "event_format",
                column: "hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_host_address_key",
                table: "host",
                column: "address_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_host_claimed_name",
                table: "host",
                column: "claimed_name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_host_last_seen_id",
                table: "host",
                columns: new[] { "last_seen", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_host_machine_id",
                table: "host",
                column: "machine_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_host_name",
                table: "host",
                column: "name")
                .Annotation("Npgsql:IndexOperators", new[] { "text_pattern_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_host_address_address_named_at",
                table: "host_address",
                columns: new[] { "address", "named_at" });

            migrationBuilder.CreateIndex(
                name: "ix_incident_host_id_last_at",
                table: "incident",
                columns: new[] { "host_id", "last_at" });

            InitialPostgres.Up(migrationBuilder);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "bug_day");

            migrationBuilder.DropTable(
                name: "bug_host");

            migrationBuilder.DropTable(
                name: "bug_release");

            migrationBuilder.DropTable(
                name: "crash");

            migrationBuilder.DropTable(
                name: "crash_occurrence");

            migrationBuilder.DropTable(
                name: "crash_witness");

            migrationBuilder.DropTable(
                name: "dump");

            migrationBuilder.DropTable(
                name: "dump_key");

            migrationBuilder.DropTable(
                name: "event");

            migrationBuilder.DropTable(
                name: "event_batch");

            migrationBuilder.DropTable(
                name: "event_format");

            migrationBuilder.DropTable(
                name: "host_address");

            migrationBuilder.DropTable(
                name: "incident");

            migrationBuilder.DropTable(
                name: "ingest_counter");

            migrationBuilder.DropTable(
                name: "bug");

            migrationBuilder.DropTable(
                name: "host");

            migrationBuilder.DropTable(
                name: "collector");
        }
    }
}

using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mayday.Migrations.Versions
{
    /// <inheritdoc />
    public partial class LossAccounts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "log_block",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    address = table.Column<string>(type: "text", nullable: false),
                    transport = table.Column<string>(type: "text", nullable: false),
                    first_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lines = table.Column<int>(type: "integer", nullable: false),
                    bytes = table.Column<int>(type: "integer", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_log_block", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "loss_hour",
                columns: table => new
                {
                    hour = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    transport = table.Column<string>(type: "text", nullable: false),
                    received = table.Column<long>(type: "bigint", nullable: false),
                    lost = table.Column<long>(type: "bigint", nullable: false),
                    lost_text = table.Column<long>(type: "bigint", nullable: false),
                    duplicates = table.Column<long>(type: "bigint", nullable: false),
                    reordered = table.Column<long>(type: "bigint", nullable: false),
                    unknowable = table.Column<long>(type: "bigint", nullable: false),
                    kernel_drops = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_loss_hour", x => new { x.hour, x.transport });
                });

            migrationBuilder.CreateTable(
                name: "loss_save",
                columns: table => new
                {
                    collector = table.Column<string>(type: "text", nullable: false),
                    run = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_loss_save", x => x.collector);
                });

            migrationBuilder.CreateTable(
                name: "sender_loss",
                columns: table => new
                {
                    address = table.Column<string>(type: "text", nullable: false),
                    transport = table.Column<string>(type: "text", nullable: false),
                    received = table.Column<long>(type: "bigint", nullable: false),
                    lost = table.Column<long>(type: "bigint", nullable: false),
                    lost_text = table.Column<long>(type: "bigint", nullable: false),
                    duplicates = table.Column<long>(type: "bigint", nullable: false),
                    reordered = table.Column<long>(type: "bigint", nullable: false),
                    unknowable = table.Column<long>(type: "bigint", nullable: false),
                    first_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sender_loss", x => new { x.address, x.transport });
                });

            migrationBuilder.CreateTable(
                name: "sender_loss_day",
                columns: table => new
                {
                    address = table.Column<string>(type: "text", nullable: false),
                    transport = table.Column<string>(type: "text", nullable: false),
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    lost = table.Column<long>(type: "bigint", nullable: false),
                    lost_text = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sender_loss_day", x => new { x.day, x.address, x.transport });
                });

            migrationBuilder.CreateIndex(
                name: "ix_log_block_address_id",
                table: "log_block",
                columns: new[] { "address", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_sender_loss_last_at",
                table: "sender_loss",
                column: "last_at");

            migrationBuilder.CreateIndex(
                name: "ix_sender_loss_day_address_day",
                table: "sender_loss_day",
                columns: new[] { "address", "day" });

            LossAccountsPostgres.Up(migrationBuilder);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "log_block");

            migrationBuilder.DropTable(
                name: "loss_hour");

            migrationBuilder.DropTable(
                name: "loss_save");

            migrationBuilder.DropTable(
                name: "sender_loss");

            migrationBuilder.DropTable(
                name: "sender_loss_day");
        }
    }
}

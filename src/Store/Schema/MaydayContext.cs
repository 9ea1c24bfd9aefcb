using Mayday.Protocol;
using Mayday.Store.Crashes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Mayday.Store.Schema;

/// <summary>
/// The EF Core model of the schema. Migrations are generated from it. Rows are written by <see cref="CrashWriter"/> and read by <see
/// cref="CrashQueries"/> in set-based SQL.
/// </summary>
public sealed class MaydayContext(DbContextOptions<MaydayContext> options) : DbContext(options)
{
    public DbSet<HostRow> Hosts => Set<HostRow>();

    public DbSet<DumpRow> Dumps => Set<DumpRow>();

    public DbSet<CrashRow> Crashes => Set<CrashRow>();

    public DbSet<BugRow> Bugs => Set<BugRow>();

    /// <summary>Options for a database; <paramref name="migrations"/> is the assembly that holds the migrations.</summary>
    public static DbContextOptions<MaydayContext> Options(string connectionString, string migrations) =>
        new DbContextOptionsBuilder<MaydayContext>()
            .UseNpgsql(connectionString, npgsql => npgsql
                .MigrationsAssembly(migrations)
                .MigrationsHistoryTable(SchemaVersion.HistoryTable))
            .ReplaceService<IMigrationsSqlGenerator, PartitionedTableSqlGenerator>()
            .Options;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasPostgresExtension("pg_trgm");
        DescribeHosts(modelBuilder);
        DescribeBugs(modelBuilder);
        DescribeGrowing(modelBuilder);
        DescribeEventFormats(modelBuilder);
        DescribeEventAlerts(modelBuilder);
        DescribeLedgers(modelBuilder);
        DescribeCollectors(modelBuilder);
        DescribeMaintenance(modelBuilder);
        SnakeCase.Apply(modelBuilder.Model);
    }

    private static void DescribeHosts(ModelBuilder model)
    {
        model.Entity<HostRow>(host =>
        {
            host.Property(row => row.Id).ValueGeneratedNever();
            host.HasIndex(row => row.MachineId).IsUnique();
            host.HasIndex(row => row.ClaimedName).IsUnique();
            host.HasIndex(row => row.AddressKey).IsUnique();
            // text_pattern_ops: "web-*" is a range scan of this index, whatever the database's collation.
            host.HasIndex(row => row.Name).HasOperators("text_pattern_ops");
            host.HasIndex(row => new { row.LastSeen, row.Id });
        });
        model.Entity<HostAddressRow>(address =>
        {
            address.HasKey(row => new { row.HostId, row.Address });
            address.HasOne<HostRow>().WithMany().HasForeignKey(row => row.HostId).OnDelete(DeleteBehavior.Cascade);
            address.HasIndex(row => new { row.Address, row.NamedAt });
        });
        model.Entity<IncidentRow>(incident =>
        {
            incident.Property(row => row.Id).ValueGeneratedNever();
            incident.HasOne<HostRow>().WithMany().HasForeignKey(row => row.HostId).OnDelete(DeleteBehavior.Cascade);
            incident.HasIndex(row => new { row.HostId, row.LastAt });
        });
    }

    private static void DescribeBugs(ModelBuilder model)
    {
        model.Entity<BugRow>(bug =>
        {
            bug.Property(row => row.Id).ValueGeneratedNever();
            bug.HasIndex(row => row.SignatureHash).IsUnique();
            // One index for each sort order of the bug list.
            bug.HasIndex(row => new { row.LastSeen, row.Id });
            bug.HasIndex(row => new { row.FirstSeen, row.Id });
            bug.HasIndex(row => new { row.CrashCount, row.Id });
            bug.HasIndex(row => new { row.HostCount, row.Id });
        });
        model.Entity<BugHostRow>(bugHost =>
        {
            bugHost.HasKey(row => new { row.BugId, row.HostId });
            bugHost.HasOne<BugRow>().WithMany().HasForeignKey(row => row.BugId).OnDelete(DeleteBehavior.Cascade);
            bugHost.HasOne<HostRow>().WithMany().HasForeignKey(row => row.HostId).OnDelete(DeleteBehavior.Cascade);
            bugHost.HasIndex(row => new { row.HostId, row.LastSeen });
            bugHost.HasIndex(row => new { row.BugId, row.LastSeen });
        });
        model.Entity<BugReleaseRow>(release =>
        {
            release.HasKey(row => new { row.BugId, row.KernelRelease });
            release.HasOne<BugRow>().WithMany().HasForeignKey(row => row.BugId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<BugAliasRow>(alias =>
        {
            alias.HasKey(row => row.SignatureHash);
            alias.HasOne<BugRow>().WithMany().HasForeignKey(row => row.BugId).OnDelete(DeleteBehavior.Cascade);
            alias.HasIndex(row => row.BugId);
        });
        model.Entity<BugMinuteRow>(minute =>
        {
            minute.HasKey(row => new { row.BugId, row.Minute });
            minute.HasOne<BugRow>().WithMany().HasForeignKey(row => row.BugId).OnDelete(DeleteBehavior.Cascade);
            minute.HasIndex(row => row.Minute);
        });
        model.Entity<BugLogRow>(log =>
        {
            log.HasKey(row => new { row.BugId, row.DumpId });
            log.HasOne<BugRow>().WithMany().HasForeignKey(row => row.BugId).OnDelete(DeleteBehavior.Cascade);
            log.HasIndex(row => new { row.BugId, row.ReceivedAt });
            log.HasIndex(row => row.ReceivedAt);
        });
        model.Entity<BugDayRow>(day =>
        {
            day.HasKey(row => new { row.BugId, row.Day });
            day.HasOne<BugRow>().WithMany().HasForeignKey(row => row.BugId).OnDelete(DeleteBehavior.Cascade);
            day.HasIndex(row => row.Day);
        });
    }

    // Partitioned tables have no foreign keys in either direction, because dropping a day must not lock the tables that everything else
    // uses.
    private static void DescribeGrowing(ModelBuilder model)
    {
        model.Entity<DumpRow>(dump =>
        {
            dump.Property(row => row.Id).ValueGeneratedNever();
            dump.Property(row => row.LogKept).HasDefaultValue(true).HasSentinel(true);
            Jsonb(dump.Property(row => row.Completeness));
            Jsonb(dump.Property(row => row.HeaderRegisters));
            Jsonb(dump.Property(row => row.UserFields));
            dump.HasIndex(row => new { row.HostId, row.Id });
            // Finds the dumps that a newer analyser has to process again.
            dump.HasIndex(row => new { row.AnalyzerVersion, row.Id });
        });
        model.Entity<CrashRow>(crash =>
        {
            crash.Property(row => row.Id).ValueGeneratedNever();
            Jsonb(crash.Property(row => row.Report));
            crash.HasIndex(row => new { row.HostId, row.Id });
            crash.HasIndex(row => new { row.BugId, row.Id });
            crash.HasIndex(row => new { row.Kind, row.Id });
            crash.HasIndex(row => new { row.Function, row.Id });
            crash.HasIndex(row => new { row.KernelRelease, row.Id });
            crash.HasIndex(row => new { row.Transport, row.Id });
            crash.HasIndex(row => row.IncidentId);
            // Incomplete crashes are rare. A small partial index finds them among all the complete ones.
            crash.HasIndex(row => new { row.Complete, row.Id }).HasFilter("NOT complete");
        });
        model.Entity<CrashWitnessRow>(witness =>
        {
            witness.HasKey(row => new { row.CrashId, row.DumpId });
            witness.HasIndex(row => row.DumpId);
        });
        model.Entity<EventRow>(record =>
        {
            record.Property(row => row.Id).ValueGeneratedNever();
            Jsonb(record.Property(row => row.Args));
            Jsonb(record.Property(row => row.Fields));
            record.HasIndex(row => new { row.HostId, row.Id });
            // Event type and facility are first looked up in the catalogue. They match few formats, so they need no index of their own.
            record.HasIndex(row => new { row.FormatId, row.Id });
            // Severe events are rare and often queried. For the other severities, an index scan by id finds the newest quickly.
            record.HasIndex(row => row.Id).HasFilter($"severity <= {EventRow.Grave}");
        });
    }

    private static void DescribeEventAlerts(ModelBuilder model) => model.Entity<EventAlertRow>(alert =>
    {
        alert.Property(row => row.Id).ValueGeneratedNever();
        Jsonb(alert.Property(row => row.Values));
        alert.HasIndex(row => new { row.Rule, row.Id });
        alert.HasIndex(row => row.NextAttemptAt).HasFilter("delivery = 'pending'");
    });

    private static void DescribeEventFormats(ModelBuilder model)
    {
        model.Entity<LogBlockRow>(block =>
        {
            block.Property(row => row.Id).ValueGeneratedNever();
            block.HasIndex(row => new { row.Address, row.Id });
        });
        model.Entity<EventFormatRow>(format =>
        {
            format.Property(row => row.Id).UseIdentityAlwaysColumn();
            format.HasIndex(row => row.Hash).IsUnique();
            format.HasIndex(row => new { row.Facility, row.EventType });
            format.HasIndex(row => row.EventType);
            // One index for each sort order of the format list.
            format.HasIndex(row => new { row.LastSeen, row.Id });
            format.HasIndex(row => new { row.FirstSeen, row.Id });
            format.HasIndex(row => new { row.EventCount, row.Id });
            format.HasIndex(row => new { row.HostCount, row.Id });
        });
        model.Entity<EventFormatArgumentRow>(argument =>
        {
            argument.HasKey(row => new { row.FormatId, row.Position });
            argument.HasOne<EventFormatRow>().WithMany().HasForeignKey(row => row.FormatId).OnDelete(DeleteBehavior.Cascade);
            Jsonb(argument.Property(row => row.Spread));
        });
        model.Entity<EventFormatHostRow>(host =>
        {
            host.HasKey(row => new { row.FormatId, row.HostId });
            host.HasOne<EventFormatRow>().WithMany().HasForeignKey(row => row.FormatId).OnDelete(DeleteBehavior.Cascade);
            host.HasOne<HostRow>().WithMany().HasForeignKey(row => row.HostId).OnDelete(DeleteBehavior.Cascade);
            // No column that every batch changes is indexed here: this table gets as many updates as there are events.
            host.HasIndex(row => row.HostId);
        });
        model.Entity<EventFormatHourRow>(hour =>
        {
            hour.HasKey(row => new { row.FormatId, row.Hour });
            hour.HasOne<EventFormatRow>().WithMany().HasForeignKey(row => row.FormatId).OnDelete(DeleteBehavior.Cascade);
            hour.HasIndex(row => row.Hour);
        });
        model.Entity<EventFormatDayRow>(day =>
        {
            day.HasKey(row => new { row.FormatId, row.Day });
            day.HasOne<EventFormatRow>().WithMany().HasForeignKey(row => row.FormatId).OnDelete(DeleteBehavior.Cascade);
            day.HasIndex(row => row.Day);
        });
    }

    private static void DescribeLedgers(ModelBuilder model)
    {
        model.Entity<DumpKeyRow>(key =>
        {
            key.HasKey(row => row.Key);
            key.HasIndex(row => row.ReceivedAt);
        });
        model.Entity<CrashOccurrenceRow>(occurrence =>
        {
            occurrence.HasKey(row => row.CrashId);
            occurrence.Property(row => row.CrashId).ValueGeneratedNever();
            occurrence.HasIndex(row => new { row.HostId, row.Key });
            occurrence.HasIndex(row => row.ReceivedAt);
        });
        model.Entity<EventBatchRow>(batch =>
        {
            batch.HasKey(row => row.Key);
            batch.HasIndex(row => row.ReceivedAt);
        });
    }

    private static void DescribeMaintenance(ModelBuilder model) => model.Entity<MaintenanceRow>(maintenance =>
    {
        maintenance.HasKey(row => row.Id);
        maintenance.Property(row => row.Id).ValueGeneratedNever();
    });

    private static void DescribeCollectors(ModelBuilder model)
    {
        model.Entity<CollectorRow>().HasKey(row => row.Name);
        model.Entity<IngestCounterRow>(counter =>
        {
            counter.HasKey(row => new { row.Collector, row.Name, row.Tags });
            counter.HasOne<CollectorRow>().WithMany().HasForeignKey(row => row.Collector).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<SenderLossRow>(loss =>
        {
            loss.HasKey(row => new { row.Address, row.Transport });
            loss.HasIndex(row => row.LastAt);
        });
        model.Entity<SenderLossDayRow>(day =>
        {
            day.HasKey(row => new { row.Day, row.Address, row.Transport });
            day.HasIndex(row => new { row.Address, row.Day });
        });
        model.Entity<LossHourRow>().HasKey(row => new { row.Hour, row.Transport });
        model.Entity<LossSaveRow>().HasKey(row => row.Collector);
    }

    private static void Jsonb<T>(Microsoft.EntityFrameworkCore.Metadata.Builders.PropertyBuilder<T> property) => property.HasColumnType("jsonb");
}

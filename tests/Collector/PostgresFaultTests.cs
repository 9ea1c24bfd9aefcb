using System.Diagnostics;
using System.Globalization;
using Mayday.Migrations;
using Mayday.Store;
using Mayday.Store.Embedded;
using Mayday.Tests.Shared;
using Npgsql;
using Worker = Mayday.Collector.Tests.StoreWorkerTests.Worker;

namespace Mayday.Collector.Tests;

/// <summary>
/// A Postgres of their own that is stopped, killed, frozen and cut off under load: nothing is lost, nothing is there twice, and what came
/// first is written first. MAYDAY_OUTAGE_SECONDS makes the outage longer than the 20 s of a test run (docs/operations.md: 300).
/// </summary>
[Trait("Tier", "chaos")]
public sealed class PostgresFaultTests : IAsyncLifetime
{
    private const int PerSecond = 100;

    private readonly string _directory = Directory.CreateTempSubdirectory("mayday-fault-").FullName;
    private EmbeddedPostgresOptions _options = null!;
    private EmbeddedPostgres _server = null!;
    private NpgsqlDataSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _options = new EmbeddedPostgresOptions { DataDirectory = Path.Combine(_directory, "postgres") };
        Directory.CreateDirectory(_options.DataDirectory);
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
        }

        _server = await EmbeddedPostgres.StartAsync(_options, null, CancellationToken.None);
        await SchemaMigrator.MigrateAsync(_server.ConnectionString, CancellationToken.None);
        _source = StoreRegistration.CreateDataSource(_server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task OutageUnderLoad_LosesNothingDoublesNothingAndKeepsTheOrder()
    {
        var outage = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("MAYDAY_OUTAGE_SECONDS") ?? "20", CultureInfo.InvariantCulture));
        await using var worker = NewWorker();
        var sent = 0;
        await worker.PutAsync(0, 200);
        sent += 200;
        await Patience.UntilAsync(() => Handled(worker) == sent);

        await _server.DisposeAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using (var second = new PeriodicTimer(TimeSpan.FromSeconds(1)))
        {
            for (var passed = TimeSpan.Zero; passed < outage; passed += TimeSpan.FromSeconds(1))
            {
                await worker.PutAsync(sent, PerSecond, logBytes: 5_000);
                sent += PerSecond;
                await second.WaitForNextTickAsync();
            }
        }

        await Patience.UntilAsync(() => worker.Count("spool.dumps") == sent - 200);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;

        _server = await EmbeddedPostgres.StartAsync(_options, null, CancellationToken.None);
        await worker.PutAsync(sent, 100);
        sent += 100;
        await Patience.UntilAsync(() => Handled(worker) >= sent && worker.Count("spool.dumps") == 0);

        Assert.Equal(Enumerable.Range(0, sent), await StoredInOrderAsync());
        Assert.Equal(0, worker.Count("spool.dropped") + worker.Count("spool.expired"));
        if (Environment.GetEnvironmentVariable("MAYDAY_OUTAGE_SECONDS") is not null)
        {
            // Asserted only when asked for by hand: beside it other tests of this process hold memory of their own.
            Assert.True(grown < 32 << 20, $"memory grew by {grown} bytes in the outage");
        }
    }

    [Fact]
    public async Task FrozenInMidBatch_CountsAsAway_AndIsOutlivedWithoutDoubles()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "stopping a server's processes by signal needs Linux");
        await using var worker = NewWorker(options => options.WriteTimeout = TimeSpan.FromSeconds(2));
        await worker.PutAsync(0, 200);
        await Patience.UntilAsync(() => Handled(worker) == 200);

        var backends = await BackendsAsync();
        Assert.NotEmpty(backends);
        Signal("STOP", backends);
        try
        {
            await worker.PutAsync(200, 200);
            await Patience.UntilAsync(() => worker.Count("spool.dumps") > 0 && worker.Count("store.failures") > 0);
        }
        finally
        {
            Signal("CONT", backends);
        }

        await worker.PutAsync(400, 200);
        await Patience.UntilAsync(() => Handled(worker) >= 600 && worker.Count("spool.dumps") == 0);
        Assert.Equal(Enumerable.Range(0, 600), (await StoredInOrderAsync()).Order());
    }

    [Fact]
    public async Task ConnectionsCutUnderLoad_LoseAndDoubleNothing()
    {
        await using var worker = NewWorker(options => options.BatchDumps = 20);
        using var done = new CancellationTokenSource();
        var cutting = CutAsync(done.Token);
        for (var i = 0; i < 30; i++)
        {
            await worker.PutAsync(i * 40, 40);
        }

        // At least one cut met a transaction; then they end, and everything gets through.
        await Patience.UntilAsync(() => worker.Count("store.failures") > 0 || Handled(worker) >= 1_200);
        await done.CancelAsync();
        var cuts = await cutting;
        await Patience.UntilAsync(() => Handled(worker) >= 1_200 && worker.Count("spool.dumps") == 0);

        Assert.True(cuts > 0);
        Assert.Equal(Enumerable.Range(0, 1_200), (await StoredInOrderAsync()).Order());
    }

    [Fact]
    public async Task ServerKilledInMidBatch_ComesBack_AndNothingIsLostOrDouble()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "killing a server by signal needs Linux");
        await using var worker = NewWorker(options => options.BatchDumps = 50);
        await worker.PutAsync(0, 300);
        await Patience.UntilAsync(() => Handled(worker) > 0);

        // SIGQUIT: every process drops what it does, as in a crash or a failover; recovery comes at the next start.
        Signal("QUIT", [PostmasterId()]);
        await worker.PutAsync(300, 300);
        await Patience.UntilAsync(() => worker.Count("spool.dumps") > 0);
        await _server.DisposeAsync();
        _server = await EmbeddedPostgres.StartAsync(_options, null, CancellationToken.None);
        await Patience.UntilAsync(() => Handled(worker) >= 600 && worker.Count("spool.dumps") == 0);

        Assert.Equal(Enumerable.Range(0, 600), (await StoredInOrderAsync()).Order());
    }

    [Fact]
    public async Task StandbyThatTakesOver_IsReadOnlyUntilPromoted_AndNothingIsLostDoubleOrPutAside()
    {
        await using var worker = NewWorker(options => options.BatchDumps = 50);
        await worker.PutAsync(0, 300);
        await Patience.UntilAsync(() => Handled(worker) > 0);

        // What a client sees of a failover: its connections end, perhaps in mid-batch, and whoever answers takes no writes (25006) until it is promoted.
        await using var own = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_server.ConnectionString) { ApplicationName = "the cluster", Pooling = false, Options = "-c default_transaction_read_only=off" });
        await ReadOnlyAsync(own, true);
        await worker.PutAsync(300, 300);
        await Patience.UntilAsync(() => worker.Count("spool.dumps") > 0 && worker.Count("store.failures") > 0);
        await ReadOnlyAsync(own, false);
        await Patience.UntilAsync(() => Handled(worker) >= 600 && worker.Count("spool.dumps") == 0);

        Assert.Equal(Enumerable.Range(0, 600), (await StoredInOrderAsync()).Order());
        Assert.Equal(0, worker.Count("dumps.put_aside"));
        Assert.Equal(0, worker.Count("spool.dropped"));
    }

    private static async Task ReadOnlyAsync(NpgsqlDataSource own, bool isReadOnly)
    {
        foreach (var sql in new[]
        {
            $"ALTER SYSTEM SET default_transaction_read_only = {(isReadOnly ? "on" : "off")}",
            "SELECT pg_reload_conf()",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        })
        {
            await using var command = own.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static long Handled(Worker worker) => worker.Count("dumps.stored") + worker.Count("dumps.known");

    private Worker NewWorker(Action<StoringOptions>? configure = null) => new(_source, Path.Combine(_directory, "spool"), configure);

    private async Task<int> CutAsync(CancellationToken stopping)
    {
        var cuts = 0;
        await using var own = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_server.ConnectionString) { ApplicationName = "the cutter", Pooling = false });
        while (!stopping.IsCancellationRequested)
        {
            await using var command = own.CreateCommand(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = 'client backend' AND state = 'active' AND pid <> pg_backend_pid()");
            cuts += (int)(long)(await command.ExecuteScalarAsync(CancellationToken.None))!;
            await Task.Yield();
        }

        return cuts;
    }

    private async Task<int[]> BackendsAsync()
    {
        await using var own = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_server.ConnectionString) { ApplicationName = "the freezer", Pooling = false });
        await using var command = own.CreateCommand("SELECT array_agg(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
        return (int[])(await command.ExecuteScalarAsync())!;
    }

    private int PostmasterId() => int.Parse(
        File.ReadLines(Path.Combine(_options.DataDirectory, "postgres", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private static void Signal(string signal, int[] processes)
    {
        using var kill = Process.Start("kill", ["-" + signal, .. processes.Select(process => process.ToString(CultureInfo.InvariantCulture))]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    // Rows of one transaction share xmin, later transactions have higher ones.
    private async Task<List<int>> StoredInOrderAsync()
    {
        await using var command = _source.CreateCommand("SELECT dump_number FROM dump ORDER BY xmin::text::bigint, dump_number");
        await using var reader = await command.ExecuteReaderAsync();
        var numbers = new List<int>();
        while (await reader.ReadAsync())
        {
            numbers.Add(reader.GetInt32(0));
        }

        return numbers;
    }
}

using System.Threading.Channels;
using Mayday.Collector.Analysing;
using Mayday.Collector.Storing;
using Mayday.Collector.Storing.Dumps;
using Mayday.Migrations;
using Mayday.Protocol;
using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Embedded;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mayday.Collector.Tests;

/// <summary>The store worker on a real Postgres that goes and comes back.</summary>
public sealed class StoreWorkerTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IDisposable
{
    internal sealed class Worker : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly DumpSpool _spool;
        private readonly Task _run;

        public Worker(NpgsqlDataSource source, string directory, Action<StoringOptions>? configure = null)
        {
            var options = new StoringOptions { RetryMin = TimeSpan.FromMilliseconds(20), RetryMax = TimeSpan.FromMilliseconds(100) };
            configure?.Invoke(options);
            _spool = DumpSpool.Open(new SpoolOptions { Directory = directory }, Counters, NullLogger.Instance);
            Counters.SpoolWaiting = () => _spool.Count;
            var analyst = new DumpAnalyst("test", Counters, NullLogger.Instance);
            var worker = new StoreWorker(
                Channel.Reader, new CrashWriter(source, TimeProvider.System), _spool, analyst, options, Counters, TimeProvider.System, NullLogger.Instance);
            _run = Task.Run(() => worker.RunAsync(_stopping.Token));
        }

        public Channel<FinishedDump> Channel { get; } = System.Threading.Channels.Channel.CreateBounded<FinishedDump>(1_000);

        public CollectorCounters Counters { get; } = new();

        public long Count(string name) => Counters.Snapshot().Where(counter => counter.Name == name).Sum(counter => counter.Value);

        public async Task PutAsync(int first, int count, int logBytes = 500)
        {
            for (var i = first; i < first + count; i++)
            {
                await Channel.Writer.WriteAsync(Fresh(i, logBytes));
            }
        }

        public async Task StopAsync()
        {
            await _stopping.CancelAsync();
            Channel.Writer.TryComplete();
            await _run.WaitAsync(Patience.Bound);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _spool.Dispose();
            Counters.Dispose();
            _stopping.Dispose();
        }
    }

    private static FinishedDump Fresh(int number, int logBytes)
    {
        var now = DateTimeOffset.UtcNow;
        return DumpSpoolTests.Dump(number, logBytes) with { Id = DumpId.At(now), ReceivedAt = now, CompletedAt = now, OccurredAt = null, Log = Netoops.Log(logBytes, $"dump {number}") };
    }

    private readonly List<string> _directories = [];

    public void Dispose()
    {
        foreach (var directory in _directories)
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private string NewDirectory()
    {
        _directories.Add(Directory.CreateTempSubdirectory("mayday-store-").FullName);
        return _directories[^1];
    }

    private static async Task<List<int>> StoredAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT dump_number FROM dump ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync();
        var numbers = new List<int>();
        while (await reader.ReadAsync())
        {
            numbers.Add(reader.GetInt32(0));
        }

        return numbers;
    }

    [Fact]
    public async Task Dumps_AreWrittenInBatchesAndOnce()
    {
        await using var own = await PostgresFixture.CreateAsync();
        await using var worker = new Worker(own.Source, NewDirectory());
        await worker.PutAsync(0, 700);
        await worker.PutAsync(0, 10);
        await worker.StopAsync();

        Assert.Equal(700, (await StoredAsync(own.Source)).Distinct().Count());
        Assert.Equal((700, 10), (worker.Count("dumps.stored"), worker.Count("dumps.known")));
        Assert.Equal(0, worker.Count("spool.written"));
    }

    [Fact]
    public async Task PostgresStoppedUnderLoad_IsOutlivedWithoutLossOrDouble()
    {
        var directory = NewDirectory();
        var options = new EmbeddedPostgresOptions { DataDirectory = Path.Combine(directory, "postgres") };
        Directory.CreateDirectory(options.DataDirectory);
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        }

        var server = await EmbeddedPostgres.StartAsync(options, null, CancellationToken.None);
        await SchemaMigrator.MigrateAsync(server.ConnectionString, CancellationToken.None);
        await using var source = StoreRegistration.CreateDataSource(server.ConnectionString);
        await using (var worker = new Worker(source, Path.Combine(directory, "spool")))
        {
            await worker.PutAsync(0, 100);
            await Patience.UntilAsync(() => worker.Count("dumps.stored") == 100);

            await server.DisposeAsync();
            await worker.PutAsync(100, 400);
            await Patience.UntilAsync(() => worker.Count("spool.dumps") == 400);

            server = await EmbeddedPostgres.StartAsync(options, null, CancellationToken.None);
            await worker.PutAsync(500, 100);
            await Patience.UntilAsync(() => worker.Count("spool.dumps") == 0 && worker.Count("dumps.stored") + worker.Count("dumps.known") >= 600);

            var stored = await StoredAsync(source);
            Assert.Equal(Enumerable.Range(0, 600), stored.Order());
            Assert.Equal(0, worker.Count("spool.dropped"));
        }

        await source.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Stop_WhilePostgresIsAway_SpoolsWhatIsLeftForTheNextStart()
    {
        await using var own = await PostgresFixture.CreateAsync();
        var directory = NewDirectory();
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=1");
        await using (var worker = new Worker(nowhere, directory))
        {
            await worker.PutAsync(0, 50);
        }

        await using (var next = new Worker(own.Source, directory))
        {
            await Patience.UntilAsync(() => next.Count("dumps.stored") == 50);
        }

        Assert.Equal(Enumerable.Range(0, 50), (await StoredAsync(own.Source)).Order());
    }

    [Fact]
    public async Task NothingOvertakesTheSpool()
    {
        await using var own = await PostgresFixture.CreateAsync();
        var directory = NewDirectory();
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=1");
        await using (var away = new Worker(nowhere, directory))
        {
            await away.PutAsync(0, 30);
        }

        await using (var back = new Worker(own.Source, directory, options => options.BatchDumps = 5))
        {
            await back.PutAsync(30, 30);
            await Patience.UntilAsync(() => back.Count("dumps.stored") == 60);
        }

        // Written in the order of the numbers: rows of one transaction share xmin, later transactions have higher ones.
        await using var command = own.Source.CreateCommand("SELECT dump_number FROM dump ORDER BY xmin::text::bigint, dump_number");
        await using var reader = await command.ExecuteReaderAsync();
        var numbers = new List<int>();
        while (await reader.ReadAsync())
        {
            numbers.Add(reader.GetInt32(0));
        }

        Assert.Equal(Enumerable.Range(0, 60), numbers);
    }

    [Fact]
    public async Task Counters_AreSavedAndGoOnAfterANewStart()
    {
        var store = new IngestCounters(postgres.Source, TimeProvider.System);
        for (var start = 1; start <= 2; start++)
        {
            using var counters = new CollectorCounters();
            var shard = counters.AddShard();
            shard.Received(Protocol.DatagramFormat.Netoops);
            shard.Rejected(Protocol.PacketRejectReason.NoData);
            var saver = new CounterSaver(new CollectorOptions { Name = "saver" }, counters, store, TimeProvider.System, NullLogger.Instance);
            await saver.SaveLastAsync();

            var stats = await new StoreQueries(postgres.Source, TimeProvider.System).Ingest.IngestStatsAsync(CancellationToken.None);
            Assert.Equal(start, stats.DatagramsByFormat["netoops"]);
            Assert.Equal(start, stats.RejectedByReason["noData"]);
        }
    }
}

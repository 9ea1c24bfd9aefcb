using System.Diagnostics;
using System.Globalization;
using Mayday.Analysis;
using Mayday.Migrations;
using Mayday.Simulation.Links;
using Mayday.Simulation.Load;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Embedded;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Tests;

/// <summary>
/// How fast a private Postgres with its ordinary settings (fsync on) takes crashes. Not part of a test run; by hand:
/// <c>dotnet run --project tests/Store/Store.Tests.csproj -c Release -- --filter-class Mayday.Store.Tests.ThroughputTests --explicit only --show-live-output on</c>
/// </summary>
public sealed class ThroughputTests(ITestOutputHelper output)
{
    private const int Dumps = 20_000;
    private const int WarmUp = 10_000;
    private const int Batch = 500;
    private const int Writers = 2;
    private const int Hosts = 2_000;
    private const int Bugs = 50;

    // The collector's own bound, or every log: what COPY has to carry differs by half.
    private static readonly ReservoirOptions? s_reservoir =
        Environment.GetEnvironmentVariable("MAYDAY_LOGS_PER_BUG") is { } logs ? new ReservoirOptions { LogsPerBugAndHour = int.Parse(logs, CultureInfo.InvariantCulture) } : null;

    private readonly OopsText[] _oops = [.. Enumerable.Range(0, Bugs).Select(signature => new OopsText(signature, logBytes: 0))];

    [Fact(Explicit = true)]
    public async Task WriteAsync_ManyBatches_CrashesPerSecond()
    {
        var directory = Path.Combine("/tmp", "mayday-throughput-" + Guid.NewGuid().ToString("N")[..8]);
        try
        {
            await using var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataDirectory = directory }, logger: null, default);
            await SchemaMigrator.MigrateAsync(postgres.ConnectionString, default);
            await using var source = StoreRegistration.CreateDataSource(postgres.ConnectionString);
            // The first batches make hosts and bugs and warm everything up.
            await WriteAsync(source, [.. Enumerable.Range(0, WarmUp).Select(Make)]);
            FinishedDump[] dumps = [.. Enumerable.Range(WarmUp, Dumps).Select(Make)];
            GC.Collect();

            // Processor time is what can be compared when other work shares the machine.
            var cluster = Path.Combine(directory, "postgres");
            var (before, serverBefore) = (Environment.CpuUsage.TotalTime, ServerProcesses.TimeOf(cluster));
            var watch = Stopwatch.StartNew();
            await WriteAsync(source, dumps);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Dumps} dumps of {dumps[0].Log.Length} bytes, one crash each, {Hosts} hosts, {Bugs} bugs, {Writers} writers: {Dumps / watch.Elapsed.TotalSeconds:F0} crashes/s"));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"processor time a crash: writer {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Dumps:F3} ms, Postgres {(ServerProcesses.TimeOf(cluster) - serverBefore).TotalMilliseconds / Dumps:F3} ms"));

            var queries = new StoreQueries(source, TimeProvider.System);
            foreach (var (name, filter) in new (string, CrashFilter)[]
            {
                ("newest", new CrashFilter()),
                ("host", new CrashFilter { Host = "web-17" }),
                ("prefix", new CrashFilter { Host = "web-1*" }),
                ("common text", new CrashFilter { Text = "load_fault_001" }),
                ("rare text", new CrashFilter { Text = "route_resolve+0x12/0x1f0" }),
                ("absent text", new CrashFilter { Text = "no such words" }),
                ("incomplete", new CrashFilter { Complete = false }),
            })
            {
                watch.Restart();
                var page = await queries.Crashes.ListCrashesAsync(filter, new PageRequest(), default);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"list, {name}: {page.Items.Count} rows in {watch.Elapsed.TotalMilliseconds:F1} ms"));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Task WriteAsync(NpgsqlDataSource source, FinishedDump[] dumps) => Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
    {
        var crashes = new CrashWriter(source, TimeProvider.System, s_reservoir);
        foreach (var batch in dumps.Chunk(Batch).Where((_, i) => i % Writers == writer))
        {
            await crashes.WriteAsync(batch, default);
        }
    }));

    private FinishedDump Make(int number)
    {
        var log = _oops[number % Bugs].Make(1_000_000UL + (ulong)number * 1000, new SeededNumbers(number, 0));
        return Some.Dump($"10.0.{number % Hosts / 250}.{number % 250}", $"web-{number % Hosts}") with { Log = log, Crashes = CrashAnalyzer.Analyze(log) };
    }
}

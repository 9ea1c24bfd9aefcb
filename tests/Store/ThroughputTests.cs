using System.Diagnostics;
using System.Globalization;
using System.Text;
using Mayday.Migrations;
using Mayday.Store.Embedded;

namespace Mayday.Store.Tests;

/// <summary>
/// How fast a private Postgres with its ordinary settings (fsync on) takes crashes. Not part of a test run; by hand:
/// <c>dotnet run --project tests/Store/Store.Tests.csproj -c Release -- --filter-class Mayday.Store.Tests.ThroughputTests --explicit only --show-live-output on</c>
/// </summary>
public sealed class ThroughputTests(ITestOutputHelper output)
{
    private const int Dumps = 20_000;
    private const int Batch = 500;
    private const int Writers = 2;
    private const int Hosts = 2_000;
    private const int Bugs = 200;

    [Fact(Explicit = true)]
    public async Task WriteAsync_ManyBatches_CrashesPerSecond()
    {
        var directory = Path.Combine("/tmp", "mayday-throughput-" + Guid.NewGuid().ToString("N")[..8]);
        try
        {
            await using var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataDirectory = directory }, logger: null, default);
            await SchemaMigrator.MigrateAsync(postgres.ConnectionString, default);
            await using var source = StoreRegistration.CreateDataSource(postgres.ConnectionString);
            var dumps = Enumerable.Range(0, Dumps).Select(Make).ToArray();

            // Processor time is what can be compared when other work shares the machine.
            var cluster = Path.Combine(directory, "postgres");
            var (before, serverBefore) = (Environment.CpuUsage.TotalTime, ServerProcesses.TimeOf(cluster));
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
            {
                var crashes = new CrashWriter(source, TimeProvider.System);
                foreach (var batch in dumps.Where((_, i) => i / Batch % Writers == writer).Chunk(Batch))
                {
                    await crashes.WriteAsync(batch, default);
                }
            }));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Dumps} dumps of {dumps[0].Log.Length} bytes, one crash each, {Hosts} hosts, {Bugs} bugs, {Writers} writers: {Dumps / watch.Elapsed.TotalSeconds:F0} crashes/s"));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"processor time a crash: writer {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Dumps:F3} ms, Postgres {(ServerProcesses.TimeOf(cluster) - serverBefore).TotalMilliseconds / Dumps:F3} ms"));

            var queries = new CrashQueries(source, TimeProvider.System);
            foreach (var (name, filter) in new (string, CrashFilter)[]
            {
                ("newest", new CrashFilter()),
                ("host", new CrashFilter { Host = "web-17" }),
                ("prefix", new CrashFilter { Host = "web-1*" }),
                ("common text", new CrashFilter { Text = "function_1" }),
                ("rare text", new CrashFilter { Text = "0017f00d" }),
                ("absent text", new CrashFilter { Text = "no such words" }),
                ("incomplete", new CrashFilter { Complete = false }),
            })
            {
                watch.Restart();
                var page = await queries.ListCrashesAsync(filter, new PageRequest(), default);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"list, {name}: {page.Items.Count} rows in {watch.Elapsed.TotalMilliseconds:F1} ms"));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static FinishedDump Make(int number)
    {
        var crash = Some.Crash($"function_{number % Bugs}", time: number + 0.5);
        return Some.Dump($"10.0.{number % Hosts / 250}.{number % 250}", $"web-{number % Hosts}", log: Some.Log() + Oops(crash.Title, number), crashes: crash) with
        {
            Crashes = [crash with { Start = Some.Log().Length, End = int.MaxValue }],
        };
    }

    /// <summary>An oops of usual size: registers, a stack of hex words, a call trace, modules; other values for each machine.</summary>
    private static string Oops(string title, int number)
    {
        var random = new Random(number);
        var text = new StringBuilder();
        var time = $"<4>[{number + 0.5,12:F6}] ";
        text.Append(CultureInfo.InvariantCulture, $"{time}{title}\n{time}Marker {number:x4}f00d\n");
        for (var i = 0; i < 20; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{time}R{i:D2}: {random.NextInt64():x16} R{i + 1:D2}: {random.NextInt64():x16} R{i + 2:D2}: {random.NextInt64():x16}\n");
        }

        for (var i = 0; i < 25; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{time} kernel_function_number_{random.Next(3000)}+0x{random.Next(900):x}/0x{random.Next(2000):x}\n");
        }

        return text.Append(time).Append("Modules linked in: crashme ext4 mbcache jbd2 crc32c_generic virtio_net net_failover failover virtio_blk virtio_pci\n").ToString();
    }
}

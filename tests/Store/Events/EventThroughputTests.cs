using System.Diagnostics;
using System.Globalization;
using Mayday.Events.Filtering;
using Mayday.Events.Reading;
using Mayday.Events.Screening;
using Mayday.Migrations;
using Mayday.Protocol;
using Mayday.Store.Embedded;
using Mayday.Store.Events;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests.Events;

/// <summary>
/// How fast a private Postgres with its ordinary settings (fsync on) takes events, and how fast it finds them. Not part of a test run; by hand:
/// <c>dotnet run --project tests/Store/Store.Tests.csproj -c Release -- --filter-class Mayday.Store.Tests.Events.EventThroughputTests --explicit only --show-live-output on</c>
/// </summary>
public sealed class EventThroughputTests(ITestOutputHelper output)
{
    private const int Batch = 5_000;
    private const int Writers = 2;
    private const int Hosts = 1_000;
    private const int Formats = 300;

    // A machine has few drivers that complain.
    private const int FormatsOfHost = 20;

    private static readonly int s_events = int.Parse(Environment.GetEnvironmentVariable("MAYDAY_EVENTS") ?? "200000", CultureInfo.InvariantCulture);

    [Fact(Explicit = true)]
    public async Task WriteAsync_ManyBatches_EventsPerSecond()
    {
        var directory = Path.Combine("/tmp", "mayday-events-" + Guid.NewGuid().ToString("N")[..8]);
        try
        {
            await using var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataDirectory = directory }, logger: null, default);
            await SchemaMigrator.MigrateAsync(postgres.ConnectionString, default);
            await using var source = StoreRegistration.CreateDataSource(postgres.ConnectionString);
            // The first batches make hosts and formats and warm everything up.
            await WriteAsync(source, [.. Enumerable.Range(0, 10 * Batch).Select(Make)]);
            ReceivedEvent[] events = [.. Enumerable.Range(10 * Batch, s_events).Select(Make)];

            var cluster = Path.Combine(directory, "postgres");
            var (before, serverBefore) = (Environment.CpuUsage.TotalTime, ServerProcesses.TimeOf(cluster));
            var watch = Stopwatch.StartNew();
            await WriteAsync(source, events);
            var passed = watch.Elapsed;
            var (writer, server) = (Environment.CpuUsage.TotalTime - before, ServerProcesses.TimeOf(cluster) - serverBefore);
            Say($"{s_events} events, {Hosts} hosts, {Formats} formats, batches of {Batch}, {Writers} writers: {s_events / passed.TotalSeconds:F0} events/s");
            Say($"processor time an event: writer {writer.TotalMicroseconds / s_events:F1} us, Postgres {server.TotalMicroseconds / s_events:F1} us");
            Say($"two processors with nothing else to do would take {2_000_000L * s_events / (writer + server).TotalMicroseconds:F0} events/s");
            await AskAsync(source);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Task WriteAsync(Npgsql.NpgsqlDataSource source, ReceivedEvent[] events) => Task.WhenAll(Enumerable.Range(0, Writers).Select(async number =>
    {
        var writer = new EventWriter(source, TimeProvider.System);
        foreach (var batch in events.Chunk(Batch).Where((_, i) => i % Writers == number))
        {
            var result = await writer.WriteAsync(batch, new EventBatchKey(Guid.NewGuid()), default);
            Assert.Empty(result.Rejected);
        }
    }));

    private async Task AskAsync(Npgsql.NpgsqlDataSource source)
    {
        await using (var analyze = source.CreateCommand("ANALYZE event, event_format, event_format_host"))
        {
            await analyze.ExecuteNonQueryAsync();
        }

        var queries = new EventQueries(source, TimeProvider.System);
        foreach (var (name, filter) in new (string, EventListFilter)[]
        {
            ("newest", new EventListFilter()),
            ("host", new EventListFilter { Host = "web-17" }),
            ("prefix", new EventListFilter { Host = "web-1*" }),
            ("last hour of a host", new EventListFilter { Host = "web-17", Since = Some.Now.AddHours(-1), Until = Some.Now }),
            ("format", new EventListFilter { FormatId = 17 }),
            ("severity <= crit", new EventListFilter { AtLeast = Severity.Critical }),
            ("filter: severity <= crit", new EventListFilter { Filter = Parse("severity <= crit") }),
            ("filter: facility and argument", new EventListFilter { Filter = Parse("facility = drv3 && arg2 > 900") }),
            ("filter: rare argument", new EventListFilter { Filter = Parse("arg2 = 123456789") }),
            ("filter: event type", new EventListFilter { Filter = Parse("type = 7") }),
            ("filter: pattern", new EventListFilter { Filter = Parse("text ~ \"status 77[0-9]\"") }),
            ("filter: nothing", new EventListFilter { Filter = Parse("text contains \"no such words\"") }),
        })
        {
            await queries.ListAsync(filter, new PageRequest(), default);
            var watch = Stopwatch.StartNew();
            var page = await queries.ListAsync(filter, new PageRequest(), default);
            Say($"list, {name}: {page.Items.Count} rows in {watch.Elapsed.TotalMilliseconds:F1} ms");
        }

        foreach (var sort in EventQueries.FormatOrders)
        {
            var watch = Stopwatch.StartNew();
            var page = await queries.ListFormatsAsync(new EventFormatFilter { Sort = sort }, new PageRequest(), default);
            Say($"formats by {sort}: {page.Items.Count} rows in {watch.Elapsed.TotalMilliseconds:F1} ms");
        }
    }

    private static EventFilter Parse(string text) => EventFilter.TryParse(text, out var filter, out var error) ? filter : throw new ArgumentException(error.ToString());

    private static ReceivedEvent Make(int number)
    {
        var random = new Random(number);
        var (format, device, status) = ((number % Hosts * 7 + random.Next(FormatsOfHost)) % Formats, $"eth{random.Next(4)}", random.Next(1000));
        return SomeEvent.Of(
            $"10.0.{number % Hosts / 250}.{number % 250}",
            $"web-{number % Hosts}",
            facility: $"drv{format % 20}",
            format: $"%s: driver message number {format} of this kernel, status %d, address %p",
            type: format,
            severity: (Severity)Math.Max(1, 7 - format % 6 - (random.Next(50) == 0 ? 2 : 0)),
            text: $"{device}: driver message number {format} of this kernel, status {status}, address ffff8880{number:x8}",
            arguments: [EventArgument.OfText(device), EventArgument.OfNumber(status), new EventArgument(EventArgumentKind.Pointer, unchecked((long)0xffff888000000000) + number, null, "%p")]) with
        {
            Raw = new byte[200],
        };
    }

    private void Say(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

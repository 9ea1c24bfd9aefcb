using System.Net;
using System.Text;
using System.Threading.Channels;
using Mayday.Collector.Archive;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Mayday.Collector.Tests;

public sealed class LogArchiveTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private sealed record Setting(Channel<ArchiveBatch> Channel, ArchiveFeed Feed, ArchiveWorker Worker, CollectorCounters Counters, ShardCounters Shard)
    {
        public long Count(string name, string tags = "") => Counters.Snapshot().Where(counter => counter.Name == name && counter.Tags.Contains(tags, StringComparison.Ordinal)).Sum(counter => counter.Value);

        /// <summary>Everything offered is handed on; the worker writes it and ends.</summary>
        public async Task EndAsync()
        {
            Feed.Flush();
            Channel.Writer.Complete();
            await Worker.RunAsync();
        }
    }

    private static Setting Open(NpgsqlDataSource source, Action<ArchiveOptions>? configure = null)
    {
        var options = new ArchiveOptions();
        configure?.Invoke(options);
        var counters = new CollectorCounters();
        var shard = counters.AddShard();
        var channel = Channel.CreateBounded<ArchiveBatch>(options.QueueBatches);
        return new Setting(channel, new ArchiveFeed(channel.Writer, options, shard), new ArchiveWorker(channel.Reader, new LogArchive(source), options, counters, TimeProvider.System, NullLogger.Instance), counters, shard);
    }

    private static SourceEndPoint Sender(int number) => SourceEndPoint.From(new IPEndPoint(IPAddress.Parse($"10.7.0.{number}"), 6665));

    private static Moment At(DateTimeOffset time) => new(0, (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    private async Task<Guid> HostAtAsync(string address)
    {
        var id = Guid.CreateVersion7();
        await using var command = postgres.Source.CreateCommand(
            """
            INSERT INTO host (id, name, address_key, crash_count, dump_count, partial_dump_count, first_seen, last_seen) VALUES ($1, $2, $2, 0, 0, 0, now(), now());
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter { Value = address });
        await command.ExecuteNonQueryAsync();
        await using var at = postgres.Source.CreateCommand("INSERT INTO host_address (host_id, address, first_seen, last_seen) VALUES ($1, $2, now(), now())");
        at.Parameters.Add(new NpgsqlParameter { Value = id });
        at.Parameters.Add(new NpgsqlParameter { Value = address });
        await at.ExecuteNonQueryAsync();
        return id;
    }

    private async Task<List<string>> ReadAsync(Guid host, DateTimeOffset since, DateTimeOffset until)
    {
        var lines = new List<string>();
        await foreach (var line in new StoreQueries(postgres.Source, TimeProvider.System).HostLogs.ReadHostLogAsync(host, since, until, CancellationToken.None))
        {
            lines.Add(Encoding.Latin1.GetString(line.Datagram.Span));
        }

        return lines;
    }

    [Fact]
    public async Task Lines_ComeBackWholeAndInOrder_OfTheirHostAndTimeOnly()
    {
        var archive = Open(postgres.Source, options => (options.BatchBytes, options.PartBytes) = (20_000, 8_000));
        for (var i = 0; i < 3_000; i++)
        {
            // Over the end of an hour, two senders by turns.
            archive.Feed.Offer(Sender(1 + i % 2), isExtended: true, Console.Record((ulong)i, $"line {i}"), At(s_noon.AddMinutes(50).AddSeconds(i)));
        }

        await archive.EndAsync();

        var host = await HostAtAsync("10.7.0.1");
        var all = await ReadAsync(host, s_noon, s_noon.AddHours(3));
        Assert.Equal(Enumerable.Range(0, 1_500).Select(i => Encoding.Latin1.GetString(Console.Record((ulong)(2 * i), $"line {2 * i}"))), all);
        Assert.Equal(300, (await ReadAsync(host, s_noon.AddMinutes(55), s_noon.AddMinutes(65))).Count);
        Assert.Equal((3_000, 3_000, 0), (archive.Count("archive.lines"), archive.Count("archive.stored"), archive.Count("archive.dropped")));

        await using var command = postgres.Source.CreateCommand("SELECT count(*), sum(lines), sum(bytes), sum(length(content)) FROM log_block WHERE address = '10.7.0.1'");
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        Assert.True(row.GetInt64(0) > 4);
        Assert.Equal(1_500, row.GetInt64(1));
        Assert.True(row.GetInt64(3) * 3 < row.GetInt64(2), "lines of a log shrink");
    }

    [Fact]
    public async Task LinesOfAPartThatIsOpenStill_AreReadable_AndTheRowGrows()
    {
        var archive = Open(postgres.Source, options => options.FlushAfter = TimeSpan.FromMilliseconds(1));
        var running = Task.Run(archive.Worker.RunAsync);
        var host = await HostAtAsync("10.7.0.10");
        for (var i = 0; i < 3; i++)
        {
            archive.Feed.Offer(Sender(10), isExtended: false, Encoding.ASCII.GetBytes($"line {i}\n"), At(s_noon.AddSeconds(i)));
            archive.Feed.Flush();
            await Patience.UntilAsync(() => archive.Count("archive.stored") > i);
            Assert.Equal(i + 1, (await ReadAsync(host, s_noon, s_noon.AddHours(1))).Count);
        }

        archive.Channel.Writer.Complete();
        await running;
        await using var command = postgres.Source.CreateCommand("SELECT count(*) FROM log_block WHERE address = '10.7.0.10'");
        Assert.Equal(1L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public void FullQueue_DropsTheBatch_AndCountsItsLines()
    {
        var archive = Open(postgres.Source, options => (options.BatchBytes, options.QueueBatches) = (20_000, 2));
        for (var i = 0; i < 3_000; i++)
        {
            archive.Feed.Offer(Sender(20), isExtended: false, Encoding.ASCII.GetBytes($"a line of some length, number {i}\n"), At(s_noon));
        }

        archive.Feed.Flush();
        Assert.Equal(2, archive.Channel.Reader.Count);
        var kept = 0;
        while (archive.Channel.Reader.TryRead(out var batch))
        {
            kept += batch.Lines;
        }

        Assert.Equal(3_000 - kept, archive.Shard.ArchiveDropped);
        Assert.Equal(3_000, archive.Shard.ArchiveLines);
    }

    [Fact]
    public async Task PostgresAway_MemoryIsBounded_AndWhatWasLostIsCounted()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=1");
        var archive = Open(nowhere, options => (options.OpenBytes, options.PartBytes) = (1 << 20, 64 << 10));
        var running = Task.Run(archive.Worker.RunAsync);
        var line = new byte[1_000];
        for (var i = 0; i < 10_000; i++)
        {
            archive.Feed.Offer(Sender(30 + i % 5), isExtended: false, line, At(s_noon));
        }

        await archive.Channel.Writer.WaitToWriteAsync();
        archive.Feed.Flush();
        archive.Channel.Writer.Complete();
        await running;

        Assert.Equal(10_000, archive.Count("archive.dropped"));
        Assert.True(archive.Counters.ArchiveBytes() <= 2 << 20);
    }

    [Fact]
    public void Reassembler_OffersEveryNewLine_AndNoCopy()
    {
        var channel = Channel.CreateUnbounded<ArchiveBatch>();
        var shard = new ShardCounters();
        var feed = new ArchiveFeed(channel.Writer, new ArchiveOptions(), shard);
        var intake = new DatagramIntake(new CollectorOptions { Name = "test" }, 1, shard, NullLogger.Instance, archive: feed);
        foreach (var datagram in (byte[][])[Console.Record(1, "one"), Console.Record(2, Console.Bug), Console.Record(2, Console.Bug), Console.Record(3, "three")])
        {
            intake.Take(datagram, Sender(1), isTruncated: false, At(s_noon));
        }

        feed.Flush();
        Assert.True(channel.Reader.TryRead(out var batch));
        Assert.Equal(3, batch.Lines);
    }
}

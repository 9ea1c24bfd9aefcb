using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Mayday.Migrations;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Embedded;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Store.Retention;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

public sealed class LogArchiveTests(ITestOutputHelper output)
{
    private static LogBlock Block(int number, DateTimeOffset first)
    {
        var log = new MemoryStream();
        Span<byte> header = stackalloc byte[DatagramLog.HeaderLength];
        for (var i = 0; log.Length < 64_000; i++)
        {
            var line = Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"6,{i},{5_123_456 + 1_371 * i},-;usb {number % 9}-{i % 7}: new high-speed USB device number {i % 120} using xhci_hcd, {i * 7919 % 65536:x4}\n"));
            DatagramLog.WriteHeader(header, line.Length, first.AddMilliseconds(i));
            log.Write(header);
            log.Write(line);
        }

        var lines = (int)(log.Length / 110);
        return new LogBlock(
            DumpId.At(first), new IPAddress([10, 9, (byte)(number / 250), (byte)(number % 250)]), Transport.Netconsole, first, first.AddSeconds(5), lines, (int)log.Length,
            LogBlock.Compress(log.ToArray()));
    }

    [Fact]
    public async Task Days_GoAfterTheirOwnRetention_WhichIsShorterThanThatOfDumps()
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        var keeper = new PartitionKeeper(postgres.Source);
        var archive = new LogArchive(postgres.Source);
        var now = DateTimeOffset.UtcNow;
        await keeper.MaintainAsync(now, TimeSpan.FromDays(90), default);
        await archive.SaveAsync([Block(1, now)], default);

        await keeper.MaintainAsync(now.AddDays(6), TimeSpan.FromDays(90), TimeSpan.FromDays(7), default);
        Assert.Equal(1, await CountAsync());
        var later = await keeper.MaintainAsync(now.AddDays(9), TimeSpan.FromDays(90), TimeSpan.FromDays(7), default);
        Assert.Equal(0, await CountAsync());
        Assert.Contains(later.Dropped, name => name.StartsWith("log_block_", StringComparison.Ordinal));
        Assert.DoesNotContain(later.Dropped, name => name.StartsWith("dump_", StringComparison.Ordinal));

        async Task<long> CountAsync()
        {
            await using var command = postgres.Source.CreateCommand("SELECT count(*) FROM log_block");
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    /// <summary>By hand, as <see cref="ThroughputTests"/>: lines a second into a private Postgres with fsync on, compression included.</summary>
    [Fact(Explicit = true)]
    public async Task SaveAsync_ManyBlocks_LinesPerSecond()
    {
        var directory = Path.Combine("/tmp", "mayday-throughput-" + Guid.NewGuid().ToString("N")[..8]);
        try
        {
            await using var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataDirectory = directory }, logger: null, default);
            await SchemaMigrator.MigrateAsync(postgres.ConnectionString, default);
            await using var source = StoreRegistration.CreateDataSource(postgres.ConnectionString);
            var archive = new LogArchive(source);
            var watch = Stopwatch.StartNew();
            long lines = 0, bytes = 0, stored = 0;
            for (var batch = 0; batch < 20; batch++)
            {
                var blocks = Enumerable.Range(0, 100).Select(i => Block(100 * batch + i, DateTimeOffset.UtcNow)).ToArray();
                await archive.SaveAsync(blocks, default);
                lines += blocks.Sum(block => block.Lines);
                bytes += blocks.Sum(block => (long)block.Bytes);
                stored += blocks.Sum(block => (long)block.Content.Length);
            }

            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{lines} lines, {bytes} bytes as {stored}: {lines / watch.Elapsed.TotalSeconds:F0} lines/s, making and compressing them included"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}

using System.Net;
using System.Text;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Ingest;
using Mayday.Tests.Shared;

namespace Mayday.Web.Tests;

public sealed class ApiHostLogTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private LogArchive Archive => new(postgres.Source);

    private static byte[] Lines(DateTimeOffset first, params string[] datagrams)
    {
        var log = new MemoryStream();
        Span<byte> header = stackalloc byte[DatagramLog.HeaderLength];
        foreach (var (i, text) in datagrams.Index())
        {
            var datagram = Encoding.Latin1.GetBytes(text);
            DatagramLog.WriteHeader(header, datagram.Length, first.AddSeconds(i));
            log.Write(header);
            log.Write(datagram);
        }

        return log.ToArray();
    }

    private static LogBlock Block(Guid id, string address, Transport transport, DateTimeOffset first, params string[] datagrams)
    {
        var log = Lines(first, datagrams);
        return new LogBlock(id, IPAddress.Parse(address), transport, first, first.AddSeconds(datagrams.Length), datagrams.Length, log.Length, LogBlock.Compress(log));
    }

    private async Task<Guid> HostAsync(string address)
    {
        var id = Guid.CreateVersion7();
        await using var batch = postgres.Source.CreateBatch();
        foreach (var text in (string[])[
            "INSERT INTO host (id, name, address_key, crash_count, dump_count, partial_dump_count, first_seen, last_seen) VALUES ($1, $2, $2, 0, 0, 0, now(), now())",
            "INSERT INTO host_address (host_id, address, first_seen, last_seen) VALUES ($1, $2, now(), now())"])
        {
            var command = new Npgsql.NpgsqlBatchCommand(text);
            command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = id });
            command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = address });
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
        return id;
    }

    [Fact]
    public async Task Log_IsTextOfItsTime_WithWhateverIsNoTextMadeVisible()
    {
        var host = await HostAsync("10.8.0.1");
        await Archive.SaveAsync([
            Block(DumpId.At(s_noon), "10.8.0.1", Transport.Netconsole, s_noon, "6,1,5123456,-;before\n", "3,2,6000000,-;evil \\x1b[31m\u001b[2J\n SUBSYSTEM=net\n", "6,3,7000000,-;after\n"),
            Block(DumpId.At(s_noon.AddMinutes(1)), "10.8.0.1", Transport.NetconsoleBasic, s_noon.AddMinutes(1), "[   80.000000] half ", "a line\n"),
        ], CancellationToken.None);
        await using var api = await ApiHost.StartAsync(postgres.ConnectionString);

        var answer = await api.Client.GetAsync($"/api/v1/hosts/{host}/log?since=2026-11-22T12:00:01Z&until=2026-11-22T12:05:00Z");

        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            "2026-11-22T12:00:01.000000Z <3>[    6.000000] evil \\x1b[31m\\x1b[2J\n2026-11-22T12:00:02.000000Z <6>[    7.000000] after\n2026-11-22T12:01:00.000000Z [   80.000000] half a line\n",
            await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Follow_GoesOnWithWhatComes_OnceEach_AndEndsWithTheCaller()
    {
        var host = await HostAsync("10.8.0.2");
        var id = DumpId.At(DateTimeOffset.UtcNow);
        var now = DateTimeOffset.UtcNow;
        await Archive.SaveAsync([Block(id, "10.8.0.2", Transport.NetconsoleBasic, now, "one\n")], CancellationToken.None);
        await using var api = await ApiHost.StartAsync(postgres.ConnectionString);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        await using (var body = await api.Client.GetStreamAsync($"/api/v1/hosts/{host}/log?since=1h&follow=true", patience.Token))
        {
            using var reader = new StreamReader(body);
            Assert.EndsWith("one", await reader.ReadLineAsync(patience.Token));

            // The row grows, and another one comes.
            await Archive.SaveAsync([Block(id, "10.8.0.2", Transport.NetconsoleBasic, now, "one\n", "two\n")], CancellationToken.None);
            Assert.EndsWith("two", await LineAsync());
            await Archive.SaveAsync([Block(DumpId.At(now.AddSeconds(5)), "10.8.0.2", Transport.NetconsoleBasic, now.AddSeconds(5), "three\n")], CancellationToken.None);
            Assert.EndsWith("three", await LineAsync());

            async Task<string?> LineAsync()
            {
                // Silence says an empty line now and then.
                string? line;
                while ((line = await reader.ReadLineAsync(patience.Token)) is "")
                {
                }

                return line;
            }
        }

        // The caller hung up; the server stops by itself, or its end would wait for it.
        await api.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData("follow=maybe", "follow")]
    [InlineData("follow=true&until=1h", "follow")]
    [InlineData("since=soon", "since")]
    [InlineData("lines=3", "lines")]
    public async Task WrongParameter_IsNamed(string query, string name)
    {
        await using var api = await ApiHost.StartAsync(postgres.ConnectionString);
        var answer = await api.Client.GetAsync($"/api/v1/hosts/{Guid.CreateVersion7()}/log?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains($"\"{name}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownHost_IsNotFound()
    {
        await using var api = await ApiHost.StartAsync(postgres.ConnectionString);

        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync($"/api/v1/hosts/{Guid.CreateVersion7()}/log")).StatusCode);
    }
}

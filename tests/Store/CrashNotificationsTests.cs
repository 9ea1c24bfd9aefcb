using Mayday.Store.Crashes;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

public sealed class CrashNotificationsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly CrashWriter _writer = new(postgres.Source, TimeProvider.System);

    [Fact]
    public async Task ListenAsync_ABatchIsWritten_TellsItsCrashes()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var news = new CrashNotifications(postgres.Source, TimeProvider.System).ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var next = news.MoveNextAsync().AsTask();
        await UntilListeningAsync(1, stop.Token);

        var written = await _writer.WriteAsync([Some.Dump("10.9.0.1", crashes: Some.Crash("news", 1)), Some.Dump("10.9.0.1")], default);

        Assert.True(await next);
        Assert.Equal((2, 1), (news.Current.Dumps, news.Current.Crashes));
        Assert.Equal(written[0].CrashIds, news.Current.CrashIds);
        Assert.Single(news.Current.BugIds);
    }

    [Fact]
    public async Task ListenAsync_LargeBatch_StaysWithinThePayload()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var own = await PostgresFixture.CreateAsync();
        await using var news = new CrashNotifications(own.Source, TimeProvider.System).ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var next = news.MoveNextAsync().AsTask();
        await UntilListeningAsync(own.Source, 1, stop.Token);
        await new CrashWriter(own.Source, TimeProvider.System).WriteAsync(
            [.. Enumerable.Range(0, 500).Select(i => Some.Dump($"10.9.1.{i % 250}", crashes: Some.Crash($"large{i}", i + 1)))], default);
        Assert.True(await next);
        Assert.Equal(500, news.Current.Crashes);
        Assert.Equal(CrashNotification.MaxIds, news.Current.CrashIds.Count);
    }

    [Fact]
    public async Task ListenAsync_ConnectionIsEnded_ConnectsAgainAndSaysSo()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var own = await PostgresFixture.CreateAsync();
        await using var news = new CrashNotifications(own.Source, TimeProvider.System).ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var next = news.MoveNextAsync().AsTask();
        await UntilListeningAsync(own.Source, 1, stop.Token);

        await using var end = own.Source.CreateCommand(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN mayday_crash' AND pid <> pg_backend_pid()");
        Assert.Equal(1L, await end.ExecuteScalarAsync(stop.Token));

        Assert.True(await next);
        Assert.Same(CrashNotifications.Missed, news.Current);
        next = news.MoveNextAsync().AsTask();
        await new CrashWriter(own.Source, TimeProvider.System).WriteAsync([Some.Dump("10.9.2.1", crashes: Some.Crash("after", 1))], default);
        Assert.True(await next);
        Assert.Equal(1, news.Current.Crashes);
    }

    [Fact]
    public async Task ListenAsync_ForeignPayload_StillSaysThatThereIsNews()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var own = await PostgresFixture.CreateAsync();
        await using var news = new CrashNotifications(own.Source, TimeProvider.System).ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var next = news.MoveNextAsync().AsTask();
        await UntilListeningAsync(own.Source, 1, stop.Token);
        await using var notify = own.Source.CreateCommand("NOTIFY mayday_crash, 'not json'");
        await notify.ExecuteNonQueryAsync(stop.Token);
        Assert.True(await next);
        Assert.Same(CrashNotifications.Missed, news.Current);
    }

    [Fact]
    public async Task ListenAsync_SlowReader_LosesTheOldestAndCountsThem()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var own = await PostgresFixture.CreateAsync();
        var notifications = new CrashNotifications(own.Source, TimeProvider.System);
        await using var news = notifications.ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var first = news.MoveNextAsync().AsTask();
        await UntilListeningAsync(own.Source, 1, stop.Token);
        await using var notify = own.Source.CreateCommand(
            $$"""SELECT pg_notify('mayday_crash', '{"dumps":' || n || ',"crashes":0}') FROM generate_series(1, {{CrashNotifications.Capacity + 10}}) AS n""");
        await notify.ExecuteNonQueryAsync(stop.Token);
        Assert.True(await first);

        // One is read, 256 fit: 9 of the 266 have to go, 10 when the reader was slower still.
        while (notifications.Dropped < 9)
        {
            stop.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        var read = 1;
        for (; news.Current.Dumps < CrashNotifications.Capacity + 10; read++)
        {
            Assert.True(await news.MoveNextAsync());
        }

        Assert.Equal(CrashNotifications.Capacity + 10, read + notifications.Dropped);
    }

    private Task UntilListeningAsync(int count, CancellationToken cancellation) => UntilListeningAsync(postgres.Source, count, cancellation);

    private static async Task UntilListeningAsync(Npgsql.NpgsqlDataSource source, int count, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN mayday_crash' AND state = 'idle'");
        while (await command.ExecuteScalarAsync(cancellation) is not long listening || listening < count)
        {
            await Task.Yield();
        }
    }
}

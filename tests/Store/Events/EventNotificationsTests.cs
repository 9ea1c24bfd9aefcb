using Mayday.Protocol;
using Mayday.Store.Events;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests.Events;

public sealed class EventNotificationsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task ListenAsync_ABatch_IsToldOnceItIsStored()
    {
        using var stop = new CancellationTokenSource(Patience.Bound);
        var notifications = new EventNotifications(postgres.Source, TimeProvider.System);
        await using var news = notifications.ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var next = news.MoveNextAsync().AsTask();
        await Patience.UntilAsync(() => notifications.IsListening);
        await new EventWriter(postgres.Source, TimeProvider.System).WriteAsync(
            [SomeEvent.Of("10.13.0.1", severity: Severity.Alert, count: 5), SomeEvent.Of("10.13.0.2", severity: Severity.Debug)], null, default);

        Assert.True(await next);
        Assert.Equal((6L, 1), (news.Current.Events, news.Current.Gravest));
        Assert.Equal((2, 1), (news.Current.HostIds.Count, news.Current.FormatIds.Count));
    }
}

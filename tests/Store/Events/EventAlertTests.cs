using System.Net;
using Mayday.Events.Screening;
using Mayday.Protocol;
using Mayday.Store.Events.Alerts;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Store.Tests.Events;

/// <summary>Alerts in the database, and their webhooks over real HTTP.</summary>
public sealed class EventAlertTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly LateClock _clock = new();

    [Fact]
    public async Task AddAsync_Alerts_AreListedNewestFirstByPages()
    {
        var alerts = new EventAlerts(postgres.Source, _clock);
        var rule = $"list {Guid.NewGuid()}";
        var now = _clock.GetUtcNow();
        for (var i = 0; i < 5; i++)
        {
            await alerts.AddAsync(Alert(rule, null) with { Id = DumpId.At(now, i), Text = $"{i}", Values = [new("host", "web-1")] }, default);
        }

        var first = await alerts.ListAsync(rule, null, new PageRequest(3), default);
        var rest = await alerts.ListAsync(rule, null, new PageRequest(3, first.Next), default);

        Assert.Equal(["4", "3", "2", "1", "0"], first.Items.Concat(rest.Items).Select(alert => alert.Text));
        Assert.Null(rest.Next);
        Assert.Equal(new AlertValue("host", "web-1"), first.Items[0].Values[0]);
        Assert.Equal("none", first.Items[0].Delivery);
    }

    [Fact]
    public async Task SendDueAsync_WebhookThatFailsFirst_IsCalledAgainAndThenDelivered()
    {
        using var receiver = new HttpListener();
        var port = FreePort();
        receiver.Prefixes.Add($"http://127.0.0.1:{port}/");
        receiver.Start();
        var bodies = new List<string>();
        var answers = new Queue<int>([500, 204]);
        var serving = Task.Run(async () =>
        {
            while (answers.TryDequeue(out var status))
            {
                var call = await receiver.GetContextAsync();
                using var reader = new StreamReader(call.Request.InputStream);
                bodies.Add(await reader.ReadToEndAsync());
                call.Response.StatusCode = status;
                call.Response.Close();
            }
        });
        var alerts = new EventAlerts(postgres.Source, _clock);
        using var webhooks = new HttpClient();
        var dispatcher = new AlertDispatcher(new EventScreen(EventKnowledge.Shipped), alerts, webhooks, _clock, NullLogger<AlertDispatcher>.Instance);
        var rule = $"send {Guid.NewGuid()}";
        await alerts.AddAsync(Alert(rule, new Uri($"http://127.0.0.1:{port}/hook?token=secret")), default);

        await dispatcher.SendDueAsync(default);
        var failed = Assert.Single((await alerts.ListAsync(rule, null, new PageRequest(), default)).Items);
        await dispatcher.SendDueAsync(default); // not yet its time
        _clock.Late += EventAlerts.Pause(1);
        await dispatcher.SendDueAsync(default);
        var delivered = Assert.Single((await alerts.ListAsync(rule, null, new PageRequest(), default)).Items);
        await serving;

        Assert.Equal(("pending", 1, "the webhook answered 500"), (failed.Delivery, failed.Attempts, failed.DeliveryError));
        Assert.Equal(("delivered", 2, null), (delivered.Delivery, delivered.Attempts, delivered.DeliveryError));
        Assert.Equal((1, 1), (dispatcher.Delivered, dispatcher.Failed));
        Assert.Contains($"\"rule\":\"{rule}\"", bodies[1], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", bodies[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendDueAsync_WebhookThatNeverAnswers_IsGivenUpAndSaysSo()
    {
        var alerts = new EventAlerts(postgres.Source, _clock);
        using var webhooks = new HttpClient();
        var dispatcher = new AlertDispatcher(new EventScreen(EventKnowledge.Shipped), alerts, webhooks, _clock, NullLogger<AlertDispatcher>.Instance);
        var rule = $"dead {Guid.NewGuid()}";
        await alerts.AddAsync(Alert(rule, new Uri($"http://127.0.0.1:{FreePort()}/")), default);

        for (var i = 1; i <= EventAlerts.MaxAttempts; i++)
        {
            await dispatcher.SendDueAsync(default);
            _clock.Late += EventAlerts.Pause(i);
        }

        var alert = Assert.Single((await alerts.ListAsync(rule, null, new PageRequest(), default)).Items);
        Assert.Equal(("failed", EventAlerts.MaxAttempts), (alert.Delivery, alert.Attempts));
        Assert.StartsWith("the webhook could not be reached", alert.DeliveryError, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private EventAlert Alert(string rule, Uri? webhook) => new()
    {
        Id = DumpId.At(_clock.GetUtcNow()),
        Rule = rule,
        Filter = "severity <= err",
        FiredAt = _clock.GetUtcNow(),
        Count = 3,
        Within = TimeSpan.FromMinutes(1),
        EventId = Guid.NewGuid(),
        Host = "web-1",
        Facility = "scsi",
        Severity = "err",
        Text = "x",
        Webhook = webhook,
    };

    /// <summary>The machine's clock, as far ahead as a test says.</summary>
    private sealed class LateClock : TimeProvider
    {
        public TimeSpan Late { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Late;
    }
}

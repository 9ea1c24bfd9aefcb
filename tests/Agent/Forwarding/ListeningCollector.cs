using System.Net;
using System.Text.Json;
using Mayday.Protocol.Evlog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mayday.Agent.Tests.Forwarding;

/// <summary>What the collector does with a batch.</summary>
internal enum Behaviour
{
    Answer,

    /// <summary>It keeps the batch, and the connection breaks before the answer.</summary>
    KeepAndBreak,

    /// <summary>HTTP 503 with Retry-After.</summary>
    Later,

    /// <summary>HTTP 400.</summary>
    Refuse,

    /// <summary>HTTP 500.</summary>
    Fail,

    /// <summary>HTTP 200 with a page, as a login page in the way answers; nothing is kept.</summary>
    Page,
}

/// <summary>
/// A real HTTP listener that speaks the collector's contract for events and dumps and can be stopped and started again on its port; batch ids
/// outlive that, as Postgres' do.
/// </summary>
internal sealed class ListeningCollector : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Guid> _batches = [];
    private readonly List<JsonElement> _events = [];
    private readonly List<byte[]> _frames = [];
    private readonly List<(string Query, byte[] Body)> _dumps = [];
    private WebApplication? _web;
    private int _port;

    public string Url => $"http://127.0.0.1:{_port}";

    /// <summary>Decides over each request; every answer by default.</summary>
    public Func<Behaviour> Next { get; set; } = () => Behaviour.Answer;

    public int Requests { get; private set; }

    /// <summary>Batches that came again, and were known.</summary>
    public int Known { get; private set; }

    public IReadOnlyList<JsonElement> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    public int EventCount
    {
        get
        {
            lock (_gate)
            {
                return _events.Count;
            }
        }
    }

    public IReadOnlyList<byte[]> Frames
    {
        get
        {
            lock (_gate)
            {
                return [.. _frames];
            }
        }
    }

    public IReadOnlyList<(string Query, byte[] Body)> Dumps
    {
        get
        {
            lock (_gate)
            {
                return [.. _dumps];
            }
        }
    }

    public string? LastHost { get; private set; }

    public static async Task<ListeningCollector> StartAsync()
    {
        var collector = new ListeningCollector();
        await collector.ListenAsync();
        return collector;
    }

    public async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        _web = builder.Build();
        _web.MapPost("/api/v1/events", (Delegate)TakeEventsAsync);
        _web.MapPost("/api/v1/dumps", (Delegate)TakeDumpAsync);
        await _web.StartAsync();
        _port = new Uri(_web.Urls.First()).Port;
    }

    /// <summary>Breaks what is open and listens no more.</summary>
    public async Task StopAsync()
    {
        if (_web is null)
        {
            return;
        }

        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _web.StopAsync(now.Token);
        await _web.DisposeAsync();
        _web = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<IResult> TakeEventsAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var behaviour = Next();
        lock (_gate)
        {
            Requests++;
            if (NotTaken(behaviour, context) is { } other)
            {
                return other;
            }

            LastHost = context.Request.Query["host"];
            var isNew = _batches.Add(Guid.Parse(context.Request.Query["batch"].ToString()));
            Known += isNew ? 0 : 1;
            var count = Take(context.Request.ContentType ?? "", body.ToArray(), isNew);
            if (behaviour == Behaviour.KeepAndBreak)
            {
                context.Abort();
                return Results.Empty;
            }

            return Results.Json(new { accepted = isNew ? count : 0, duplicates = isNew ? 0 : count, rejected = Array.Empty<object>() });
        }
    }

    private static IResult? NotTaken(Behaviour behaviour, HttpContext context)
    {
        switch (behaviour)
        {
            case Behaviour.Refuse:
                return Results.Problem("no event here", statusCode: 400, title: "Invalid", type: "urn:mayday:problem:invalid-body");
            case Behaviour.Fail:
                return Results.Problem("a mistake", statusCode: 500, title: "Mayday made a mistake", type: "urn:mayday:problem:internal-error");
            case Behaviour.Later:
                context.Response.Headers.RetryAfter = "5";
                return Results.Problem("away", statusCode: 503, title: "The database does not answer", type: "urn:mayday:problem:store-unavailable");
            case Behaviour.Page:
                return Results.Content("<html><title>Sign in to the guest network</title></html>", "text/html");
            default:
                return null;
        }
    }

    private int Take(string type, byte[] body, bool isNew)
    {
        if (type.StartsWith("application/octet-stream", StringComparison.Ordinal))
        {
            if (isNew)
            {
                _frames.Add(body);
            }

            var records = 0;
            for (var reader = new EvlogReader(body); reader.MoveNext();)
            {
                records++;
            }

            return records;
        }

        using var json = JsonDocument.Parse(body);
        var events = json.RootElement.GetProperty("events").EnumerateArray().Select(one => one.Clone()).ToList();
        if (isNew)
        {
            _events.AddRange(events);
        }

        return events.Count;
    }

    private async Task<IResult> TakeDumpAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var behaviour = Next();
        lock (_gate)
        {
            Requests++;
            if (NotTaken(behaviour, context) is { } other)
            {
                return other;
            }

            _dumps.Add((context.Request.QueryString.Value ?? "", body.ToArray()));
        }

        return Results.Json(new { id = Guid.NewGuid(), crashes = Array.Empty<object>() }, statusCode: 201);
    }
}

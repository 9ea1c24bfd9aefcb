using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Mayday.Agent.Forwarding;

/// <summary>What becomes of what was handed in.</summary>
internal enum HandIn
{
    /// <summary>The collector has it.</summary>
    Taken,

    /// <summary>No answer, or one that says later: the same again, under the same id.</summary>
    Later,

    /// <summary>It will never be taken in this form.</summary>
    Refused,
}

/// <summary>The collector's answer.</summary>
internal sealed record HandInAnswer(HandIn Outcome)
{
    public long Accepted { get; init; }

    public long Duplicates { get; init; }

    public long Rejected { get; init; }

    /// <summary>Why: of the first rejected event, of a refusal, of a failure.</summary>
    public string? Reason { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>HTTP 500: the collector is there, and this batch makes it fail.</summary>
    public bool IsFault { get; init; }
}

/// <summary>Speaks the collector's REST API (docs/api.md): events and dumps go in, answers come out; nothing is thrown for what a network does.</summary>
internal sealed class CollectorClient : IDisposable
{
    // Longer answers are somebody else's pages.
    private const int MostAnswer = 1 << 20;

    private readonly HttpClient _http;
    private readonly Uri _root;
    private readonly string _host;
    private readonly TimeProvider _time;

    /// <summary>Makes a client; connects nowhere yet.</summary>
    /// <param name="root">The collector's address, with or without a path.</param>
    /// <param name="host">Under which name events are handed in.</param>
    /// <param name="token">Sent as bearer token; null for none.</param>
    /// <param name="timeout">After so long without an answer a request counts as failed.</param>
    /// <param name="time">Reads Retry-After dates.</param>
    public CollectorClient(Uri root, string host, string? token, TimeSpan timeout, TimeProvider time)
    {
        _root = root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/");
        _host = host;
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            // A collector behind a name may move.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(10),
        })
        {
            Timeout = timeout,
            MaxResponseContentBufferSize = MostAnswer,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("mayday-agent");
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Hands a batch in.</summary>
    public Task<HandInAnswer> PostAsync(OutgoingBatch batch, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(batch.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue(batch.Kind == BatchKind.Documents ? "application/json" : "application/octet-stream");
        return SendAsync($"api/v1/events?batch={batch.Id:D}&host={Uri.EscapeDataString(_host)}", content, batch.Events, cancellation);
    }

    /// <summary>Hands a whole kernel log in.</summary>
    /// <param name="text">The log.</param>
    /// <param name="time">When the machine died; null where unknown.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public Task<HandInAnswer> PostDumpAsync(byte[] text, DateTimeOffset? time, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(text);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        var at = time is { } when ? "&time=" + Uri.EscapeDataString(when.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)) : "";
        return SendAsync($"api/v1/dumps?host={Uri.EscapeDataString(_host)}{at}", content, 1, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HandInAnswer> SendAsync(string path, HttpContent content, int count, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_root, path)) { Content = content };
            using var response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? Taken(body, count) : Declined(response, body);
        }
        catch (HttpRequestException failure)
        {
            return new HandInAnswer(HandIn.Later) { Reason = failure.GetBaseException().Message };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new HandInAnswer(HandIn.Later) { Reason = string.Create(CultureInfo.InvariantCulture, $"no answer within {_http.Timeout.TotalSeconds:0} s") };
        }
        catch (IOException failure)
        {
            return new HandInAnswer(HandIn.Later) { Reason = failure.Message };
        }
    }

    // An answer that says nothing of numbers still says that it was taken.
    private static HandInAnswer Taken(byte[] body, int count)
    {
        var answer = new HandInAnswer(HandIn.Taken) { Accepted = count };
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("accepted", out var accepted) || !accepted.TryGetInt64(out var taken))
                return answer;
            var duplicates = root.TryGetProperty("duplicates", out var known) && known.TryGetInt64(out var number) ? number : 0;
            answer = answer with { Accepted = taken, Duplicates = duplicates };
            if (!root.TryGetProperty("rejected", out var rejected) || rejected.ValueKind != JsonValueKind.Array || rejected.GetArrayLength() == 0)
                return answer;
            return answer with { Rejected = rejected.GetArrayLength(), Reason = ReasonOf(rejected[0]) };
        }
        catch (Exception none) when (none is JsonException or InvalidOperationException)
        {
            return answer;
        }
    }

    private HandInAnswer Declined(HttpResponseMessage response, byte[] body)
    {
        var isFinal = response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge
            or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity;
        return new HandInAnswer(isFinal ? HandIn.Refused : HandIn.Later)
        {
            Reason = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)response.StatusCode}{Detail(body)}"),
            IsFault = response.StatusCode == HttpStatusCode.InternalServerError,
            RetryAfter = response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - _time.GetUtcNow(),
                _ => null,
            },
        };
    }

    // RFC 9457: title and detail say it in words.
    private static string Detail(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                var title = json.RootElement.TryGetProperty("title", out var words) && words.ValueKind == JsonValueKind.String ? ": " + words.GetString() : "";
                var detail = json.RootElement.TryGetProperty("detail", out words) && words.ValueKind == JsonValueKind.String ? ": " + words.GetString() : "";
                return Short(title + detail);
            }
        }
        catch (JsonException)
        {
            // A proxy's page.
        }

        return "";
    }

    private static string? ReasonOf(JsonElement rejected) =>
        rejected.ValueKind == JsonValueKind.Object && rejected.TryGetProperty("reason", out var reason) ? Short(reason.ToString()) : null;

    private static string Short(string text) => text.Length > 300 ? text[..300] : text;
}

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Mayday.Agent.Forwarding;

/// <summary>The outcome of handing data to the collector.</summary>
internal enum HandIn
{
    /// <summary>The collector confirmed that it has the data.</summary>
    Taken,

    /// <summary>No answer, an answer that says "later", or one that is not from the collector: send the same data again under the same
    /// id.</summary>
    Later,

    /// <summary>The collector will never accept the data in this form.</summary>
    Refused,
}

/// <summary>The collector's answer.</summary>
internal sealed record HandInAnswer(HandIn Outcome)
{
    public long Accepted { get; init; }

    public long Duplicates { get; init; }

    public long Rejected { get; init; }

    /// <summary>The reason: of the first rejected event, of a refusal, or of a failure.</summary>
    public string? Reason { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>HTTP 500: the collector is reachable, and this batch makes it fail.</summary>
    public bool IsFault { get; init; }

    /// <summary>The answer is not from a collector: a wrong address, a proxy or a network's login page is in the way.</summary>
    public bool IsForeign { get; init; }
}

/// <summary>Client of the collector's REST API (docs/api.md) for events and dumps. Network errors are returned as outcomes and never
/// thrown.</summary>
internal sealed class CollectorClient : IDisposable
{
    // The longest answers are those to a batch whose 500 events are refused one by one, and to a dump of many crashes: some 200 KB. Longer ones are
    // not the collector's.
    private const int MostAnswer = 1 << 20;

    private const int FirstRead = 8 << 10;
    private const int MostFailure = 300;

    private readonly HttpClient _http;
    private readonly Uri _root;
    private readonly string _host;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;

    /// <summary>Creates a client; it does not connect yet.</summary>
    /// <param name="root">The collector's address, with or without a path.</param>
    /// <param name="host">The name under which events are sent.</param>
    /// <param name="token">Sent as bearer token; null for none.</param>
    /// <param name="timeout">A request without a complete answer for this long has failed.</param>
    /// <param name="time">Used to read Retry-After dates.</param>
    public CollectorClient(Uri root, string host, string? token, TimeSpan timeout, TimeProvider time)
    {
        _root = root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/");
        _host = host;
        _time = time;
        _timeout = timeout;
        _http = new HttpClient(new SocketsHttpHandler
        {
            // The DNS name of the collector may get another address.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // The collector never redirects. A redirect comes from something else, which would then receive events, kernel logs and perhaps
            // the token.
            AllowAutoRedirect = false,
        })
        {
            // HttpClient's own timeout ends when the headers arrive; ours includes the body.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("mayday-agent");
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>Sends a batch.</summary>
    public Task<HandInAnswer> PostAsync(OutgoingBatch batch, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(batch.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue(batch.Kind == BatchKind.Documents ? "application/json" : "application/octet-stream");
        return SendAsync($"api/v1/events?batch={batch.Id:D}&host={Uri.EscapeDataString(_host)}", content,
            (status, body, from) => CollectorAnswer.OfEvents(status, body, batch.Events, from), cancellation);
    }

    /// <summary>Sends a whole kernel log.</summary>
    /// <param name="text">The log.</param>
    /// <param name="time">When the machine crashed; null where unknown.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public Task<HandInAnswer> PostDumpAsync(byte[] text, DateTimeOffset? time, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(text);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        var at = time is { } when ? "&time=" + Uri.EscapeDataString(when.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)) : "";
        return SendAsync($"api/v1/dumps?host={Uri.EscapeDataString(_host)}{at}", content, CollectorAnswer.OfDump, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HandInAnswer> SendAsync(
        string path, HttpContent content, Func<HttpStatusCode, ReadOnlyMemory<byte>, string, HandInAnswer> read, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_root, path)) { Content = content };
        // Without the parts that may contain a password, because this is logged.
        var from = request.RequestUri!.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_timeout);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            var (body, isWhole) = await ReadBodyAsync(response.Content, limit.Token).ConfigureAwait(false);
            var answer = isWhole ? read(response.StatusCode, body, from) : CollectorAnswer.Foreign(response.StatusCode, body, from);
            return answer.Outcome == HandIn.Later ? answer with { RetryAfter = RetryAfterOf(response) } : answer;
        }
        catch (HttpRequestException failure)
        {
            return new HandInAnswer(HandIn.Later) { Reason = $"{from}: {CollectorAnswer.OneLine(failure.GetBaseException().Message, MostFailure)}" };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var reason = string.Create(CultureInfo.InvariantCulture, $"{from}: no whole answer within {_timeout.TotalSeconds:0.#} s");
            return new HandInAnswer(HandIn.Later) { Reason = reason };
        }
        catch (IOException failure)
        {
            return new HandInAnswer(HandIn.Later) { Reason = $"{from}: {CollectorAnswer.OneLine(failure.Message, MostFailure)}" };
        }
    }

    /// <summary>Reads a body to its end, or up to the maximum length of a collector's answer.</summary>
    private static async Task<(ReadOnlyMemory<byte> Body, bool IsWhole)> ReadBodyAsync(HttpContent content, CancellationToken cancellation)
    {
        using var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var body = new byte[FirstRead];
        var length = 0;
        while (true)
        {
            // The buffer grows with the bytes that arrive, not with the size that a header claims.
            if (length == body.Length)
            {
                Array.Resize(ref body, Math.Min(2 * body.Length, MostAnswer + 1));
            }

            var read = await stream.ReadAsync(body.AsMemory(length), cancellation).ConfigureAwait(false);
            length += read;
            if (read == 0 || length > MostAnswer)
            {
                return (body.AsMemory(0, length), length <= MostAnswer);
            }
        }
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow(),
        _ => null,
    };
}

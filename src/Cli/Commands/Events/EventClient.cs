using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Mayday.Hosting;

namespace Mayday.Cli.Commands.Events;

/// <summary>Reads events from Mayday's REST API, page by page.</summary>
internal sealed class EventClient : IDisposable
{
    // A page of 200 events of maximum size is about 20 MiB. A larger response is not from Mayday.
    private const int MaxAnswer = 64 << 20;

    private readonly HttpClient _http;
    private readonly Uri _root;
    private readonly string? _filter;
    private readonly string? _host;

    public EventClient(Uri root, string? filter, string? host)
    {
        (_root, _filter, _host) = (root, filter, host);
        _http = new HttpClient { MaxResponseContentBufferSize = MaxAnswer, Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Newest first. Throws <see cref="PlainFailureException"/> if the server does not answer or refuses the request.</summary>
    public async IAsyncEnumerable<JsonElement> ListAsync(string? since, string? until, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? cursor = null;
        do
        {
            var page = await GetAsync(AddressOf(since, until, cursor), cancellation);
            if (page.ValueKind != JsonValueKind.Object || !page.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
            {
                throw new PlainFailureException(
                    $"What answers at {Printable.Show(_root.ToString())} is not Mayday's API. Give the address of the web role with --url.");
            }

            foreach (var item in items.EnumerateArray())
            {
                yield return item;
            }

            cursor = page.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
        }
        while (cursor is not null);
    }

    private Uri AddressOf(string? since, string? until, string? cursor)
    {
        var query = new StringBuilder("limit=200");
        foreach (var (name, value) in new[] { ("filter", _filter), ("host", _host), ("since", since), ("until", until), ("cursor", cursor) })
        {
            if (value is not null)
            {
                query.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return new Uri(_root, $"{_root.AbsolutePath.TrimEnd('/')}/api/v1/events?{query}");
    }

    private async Task<JsonElement> GetAsync(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync(address, cancellation);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            if (!answer.IsSuccessStatusCode)
            {
                throw Refused((int)answer.StatusCode, body);
            }

            using var json = JsonDocument.Parse(body);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new PlainFailureException(
                $"What answers at {Printable.Show(_root.ToString())} is not Mayday's API. Give the address of the web role with --url.");
        }
        catch (HttpRequestException failure)
        {
            throw new PlainFailureException(
                $"{Printable.Show(_root.ToString())} does not answer: {Printable.Show(failure.Message)}. "
                    + $"Start it with `mayday up` or `mayday web`, or give another address with --url.");
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PlainFailureException(
                $"{Printable.Show(_root.ToString())} did not answer within {_http.Timeout.TotalSeconds:0} s. "
                + "Choose a shorter time range with --since.");
        }
    }

    /// <summary>Reports the server's own message. For an invalid filter it also shows where the mistake is.</summary>
    private PlainFailureException Refused(int status, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var problem = json.RootElement;
            if (_filter is not null && FilterErrorOf(problem) is var (column, sentence))
            {
                return new PlainFailureException(PointedAt(_filter, column, sentence), ExitCode.WrongUse);
            }

            if (problem.TryGetProperty("detail", out var detail) && detail.GetString() is { } text)
            {
                return new PlainFailureException(Printable.Show(text), status == 400 ? ExitCode.WrongUse : ExitCode.Failed);
            }
        }
        catch (Exception other) when (other is JsonException or InvalidOperationException or FormatException)
        {
            // The body is not a problem document, so only the status is known.
        }

        return new PlainFailureException($"{Printable.Show(_root.ToString())} answered {status}.");
    }

    private static (int Column, string Sentence)? FilterErrorOf(JsonElement problem)
    {
        if (!problem.TryGetProperty("errors", out var errors))
        {
            return null;
        }

        foreach (var error in errors.EnumerateArray())
        {
            if (error.GetProperty("parameter").GetString() == "filter" && error.TryGetProperty("column", out var column))
            {
                return (column.GetInt32(), error.GetProperty("detail").GetString() ?? "");
            }
        }

        return null;
    }

    /// <summary>Prints the filter on one line, a caret below the wrong column, and then the message.</summary>
    internal static string PointedAt(string filter, int column, string sentence)
    {
        // A control character is shown with more than one column, so the caret is positioned by the shown text.
        var before = Printable.Show(filter[..Math.Clamp(column - 1, 0, filter.Length)]).Length;
        return $"{Printable.Show(sentence)}\n  {Printable.Show(filter)}\n  {new string(' ', before)}^";
    }
}

using System.Net.Http.Json;
using System.Text.Json;

namespace Mayday.System.Tests;

/// <summary>What a script does with the REST API: read JSON, and ask again until what it waits for is there.</summary>
internal sealed class RestApi(Uri page) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client = new() { BaseAddress = page };

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellation) =>
        _client.GetFromJsonAsync<JsonElement>("/api/v1" + path, cancellation);

    public Task<string> GetTextAsync(string path, CancellationToken cancellation) => _client.GetStringAsync("/api/v1" + path, cancellation);

    /// <summary>Every item of a list, over all its pages.</summary>
    public async Task<List<JsonElement>> ListAsync(string path, CancellationToken cancellation)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=200{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}", cancellation);
            items.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);

        return items;
    }

    /// <summary>The list once it satisfies <paramref name="until"/>; what it held last where it never did.</summary>
    public async Task<List<JsonElement>> WaitForAsync(string path, Func<List<JsonElement>, bool> until, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(s_patience);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            var items = await ListAsync(path, cancellation);
            if (until(items))
            {
                return items;
            }

            try
            {
                await again.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return items;
            }
        }
    }

    public void Dispose() => _client.Dispose();
}

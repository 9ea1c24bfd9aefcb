using System.Globalization;
using System.Net;
using System.Text.Json;
using Mayday.Hosting;

namespace Mayday.Cli.Commands.Load;

/// <summary>Reads what a load test compares from the REST API: counters, bugs, hosts, crashes.</summary>
internal sealed class LoadApi(Uri address) : IDisposable
{
    private const int PageLength = 200;

    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan })
    {
        BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/api/v1/"),
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>All counters by name and tags ("datagrams.received format=netoops").</summary>
    public async Task<Dictionary<string, long>> CountersAsync(CancellationToken cancellation)
    {
        using var document = await GetAsync("stats/ingest", cancellation);
        var counters = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var counter in document.RootElement.GetProperty("counters").EnumerateArray())
        {
            counters[$"{counter.GetProperty("name").GetString()} {counter.GetProperty("tags").GetString()}".TrimEnd()] = counter.GetProperty("value").GetInt64();
        }

        return counters;
    }

    /// <summary>Number of crashes with a given guilty function, over all bugs.</summary>
    public async Task<long> CrashesOfAsync(string function, CancellationToken cancellation)
    {
        long crashes = 0;
        await foreach (var bug in ListAsync($"bugs?function={Uri.EscapeDataString(function)}", cancellation))
        {
            crashes += bug.GetProperty("crashCount").GetInt64();
        }

        return crashes;
    }

    /// <summary>Hosts whose name or address contains a text, by name: their crashes and dumps.</summary>
    public async Task<Dictionary<string, (long Crashes, long Dumps)>> HostsAsync(string text, CancellationToken cancellation)
    {
        var hosts = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        await foreach (var host in ListAsync($"hosts?q={Uri.EscapeDataString(text)}", cancellation))
        {
            hosts[host.GetProperty("name").GetString() ?? ""] = (host.GetProperty("crashCount").GetInt64(), host.GetProperty("dumpCount").GetInt64());
        }

        return hosts;
    }

    /// <summary>Hosts whose name or address contains a text: id, name and address.</summary>
    public async Task<IReadOnlyList<(string Id, string Name, string Address)>> HostIdsAsync(string text, CancellationToken cancellation)
    {
        var hosts = new List<(string, string, string)>();
        await foreach (var host in ListAsync($"hosts?q={Uri.EscapeDataString(text)}", cancellation))
        {
            var addresses = host.GetProperty("addresses");
            hosts.Add((
                host.GetProperty("id").GetString() ?? "",
                host.GetProperty("name").GetString() ?? "",
                addresses.GetArrayLength() == 1 ? addresses[0].GetString() ?? "" : ""));
        }

        return hosts;
    }

    /// <summary>The packet counts on a host's page, by transport.</summary>
    public async Task<IReadOnlyDictionary<string, LoadedLoss>> LossAsync(string id, CancellationToken cancellation)
    {
        using var document = await GetAsync($"hosts/{Uri.EscapeDataString(id)}", cancellation);
        return document.RootElement.GetProperty("loss").EnumerateArray().ToDictionary(
            loss => loss.GetProperty("transport").GetString() ?? "",
            loss => new LoadedLoss(
                Number(loss, "received") ?? 0, Number(loss, "lost"), Number(loss, "lostText"), Number(loss, "duplicates") ?? 0, Number(loss, "reordered") ?? 0, Number(loss, "unknowable") ?? 0),
            StringComparer.Ordinal);

        static long? Number(JsonElement loss, string name) => loss.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;
    }

    /// <summary>True if a crash of the host is readable.</summary>
    public async Task<bool> HasCrashAsync(string host, CancellationToken cancellation)
    {
        using var document = await GetAsync($"crashes?limit=1&host={Uri.EscapeDataString(host)}", cancellation);
        return document.RootElement.GetProperty("items").GetArrayLength() > 0;
    }

    public void Dispose() => _client.Dispose();

    private async IAsyncEnumerable<JsonElement> ListAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string? cursor = null;
        do
        {
            using var page = await GetAsync(
                string.Create(CultureInfo.InvariantCulture, $"{path}&limit={PageLength}") + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}"), cancellation);
            foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
            {
                yield return item;
            }

            cursor = page.RootElement.GetProperty("next").GetString();
        }
        while (cursor is not null);
    }

    private async Task<JsonDocument> GetAsync(string path, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _client.GetAsync(path, cancellation);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
            }

            throw new PlainFailureException(string.Create(CultureInfo.InvariantCulture,
                $"--check {Printable.Show(address.ToString())}: /api/v1/{path} answered {(int)answer.StatusCode}. Is that Mayday's address, and is it healthy (/health/ready)?"));
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException || (exception is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new PlainFailureException($"--check {Printable.Show(address.ToString())}: {Printable.Show(exception.Message)}");
        }
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace Mayday.Web.Tests.Pages;

/// <summary>What a first visit costs, counted by the browser itself: files, the document, and what the circuit sends until the page is live.</summary>
[Collection(PagesCollection.Name)]
public sealed class PagesWeightTests(PagesFixture pages)
{
    /// <summary>A page opens within two seconds over a link of 1 Mbit/s, which is what a console over a mobile phone has.</summary>
    private const long MostBytes = 200_000;

    [Fact]
    public async Task EveryPage_FirstVisit_IsAtMost200Kilobytes()
    {
        var heavy = new List<string>();
        foreach (var path in await PagePaths.AllAsync(pages))
        {
            var parts = await MeasureAsync(path);
            var all = parts.Values.Sum();
            Assert.True(all > 50_000, $"{path} weighs {all} bytes: nothing was measured");
            if (all > MostBytes)
            {
                heavy.Add($"{path}: {all} bytes ({string.Join(", ", parts.OrderByDescending(part => part.Value).Take(5).Select(part => $"{part.Key} {part.Value}"))})");
            }
        }

        Assert.True(heavy.Count == 0, string.Join(Environment.NewLine, heavy));
    }

    private async Task<IReadOnlyDictionary<string, long>> MeasureAsync(string path)
    {
        var page = await pages.NewPageAsync();
        var parts = new ConcurrentDictionary<string, long>();
        var addresses = new ConcurrentDictionary<string, string>();
        var protocol = await page.Context.NewCDPSessionAsync(page);
        Listen(protocol, "Network.requestWillBeSent", sent => addresses[Id(sent)] = new Uri(sent.GetProperty("request").GetProperty("url").GetString()!).AbsolutePath);
        Listen(protocol, "Network.webSocketCreated", created => addresses[Id(created)] = "WebSocket");
        Listen(protocol, "Network.loadingFinished", finished => Add(Name(finished), finished.GetProperty("encodedDataLength").GetInt64()));
        // The protocol tells a message's text as it was before the connection compressed it: an upper bound.
        Listen(protocol, "Network.webSocketFrameReceived", frame => Add(Name(frame), frame.GetProperty("response").GetProperty("payloadData").GetString()!.Length * 3 / 4));
        await protocol.SendAsync("Network.enable");
        await protocol.SendAsync("Network.setCacheDisabled", new() { ["cacheDisabled"] = true });

        await pages.GoAsync(page, path);
        await page.EvaluateAsync("mayday.drawn()");
        await page.CloseAsync();
        return parts;

        string Name(JsonElement message) => addresses.GetValueOrDefault(Id(message), "unknown");

        void Add(string part, long bytes) => parts.AddOrUpdate(part, bytes, (_, before) => before + bytes);
    }

    private static string Id(JsonElement message) => message.GetProperty("requestId").GetString()!;

    private static void Listen(ICDPSession protocol, string name, Action<JsonElement> heard) =>
        protocol.Event(name).OnEvent += (_, message) => heard(message!.Value);
}

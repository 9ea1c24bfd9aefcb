using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace Mayday.Web.Tests.Pages;

/// <summary>What a first visit costs, counted by the browser itself: files, the document, and what the circuit sends until the page is live.</summary>
[Collection(PagesCollection.Name)]
public sealed class PagesWeightTests(PagesFixture pages)
{
    /// <summary>A page opens within two seconds over a link of 1 Mbit/s, which is what a console over a mobile phone has.</summary>
    private const long MostBytes = 200_000;

    /// <summary>A crash brings its whole log, in the document and once more over the circuit: 500 lines are 50 kB.</summary>
    private const long MostBytesWithLog = 250_000;

    [Fact]
    public async Task EveryPage_FirstVisit_IsAtMost200Kilobytes()
    {
        var heavy = new List<string>();
        foreach (var path in await PagePaths.AllAsync(pages))
        {
            var parts = await MeasureAsync(path);
            var all = parts.Values.Sum();
            Assert.True(all > 50_000, $"{path} weighs {all} bytes: nothing was measured");
            if (all > (path.StartsWith("/crashes/", StringComparison.Ordinal) ? MostBytesWithLog : MostBytes))
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
        // The protocol tells messages as they were before the connection compressed them, so they are compressed here the same way.
        using var squeezed = new SqueezedFrames();
        var extensions = new ConcurrentBag<string>();
        Listen(protocol, "Network.webSocketHandshakeResponseReceived", answer => extensions.Add(answer.GetProperty("response").GetProperty("headers").ToString()));
        Listen(protocol, "Network.webSocketFrameReceived", frame => Add(Name(frame), squeezed.Add(frame.GetProperty("response").GetProperty("payloadData").GetString()!)));
        await protocol.SendAsync("Network.enable");
        await protocol.SendAsync("Network.setCacheDisabled", new() { ["cacheDisabled"] = true });

        await pages.GoAsync(page, path);
        await page.EvaluateAsync("mayday.drawn()");
        await page.CloseAsync();
        Assert.Contains("permessage-deflate", string.Concat(extensions), StringComparison.Ordinal);
        return parts;

        string Name(JsonElement message) => addresses.GetValueOrDefault(Id(message), "unknown");

        void Add(string part, long bytes) => parts.AddOrUpdate(part, bytes, (_, before) => before + bytes);
    }

    /// <summary>Messages of one connection, deflated one after the other with one window, as permessage-deflate does.</summary>
    private sealed class SqueezedFrames : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly MemoryStream _wire = new();
        private readonly DeflateStream _deflate;

        public SqueezedFrames() => _deflate = new DeflateStream(_wire, CompressionLevel.Optimal, leaveOpen: true);

        /// <summary>Takes a message (binary ones in base 64) and tells how many bytes it adds to the wire.</summary>
        public long Add(string payload)
        {
            lock (_gate)
            {
                var before = _wire.Length;
                var bytes = new byte[payload.Length];
                _deflate.Write(Convert.TryFromBase64String(payload, bytes, out var length) ? bytes.AsSpan(0, length) : Encoding.UTF8.GetBytes(payload));
                _deflate.Flush();
                return _wire.Length - before;
            }
        }

        public void Dispose()
        {
            _deflate.Dispose();
            _wire.Dispose();
        }
    }

    private static string Id(JsonElement message) => message.GetProperty("requestId").GetString()!;

    private static void Listen(ICDPSession protocol, string name, Action<JsonElement> heard) =>
        protocol.Event(name).OnEvent += (_, message) => heard(message!.Value);
}

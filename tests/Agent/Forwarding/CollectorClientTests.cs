using System.Net;
using System.Net.Sockets;
using Mayday.Agent.Forwarding;
using Mayday.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mayday.Agent.Tests.Forwarding;

public sealed class CollectorClientTests
{
    private const int Sent = 3;
    private const string Id = "0199f3a4-6c1e-7b0a-9d55-0f6f4f1c2b3a";

    private static readonly OutgoingBatch s_batch = new() { Id = Guid.NewGuid(), Kind = BatchKind.Documents, Events = Sent, Body = "{\"events\":[1,2,3]}"u8.ToArray() };

    private static CollectorClient ClientOf(string url, TimeSpan? timeout = null) =>
        new(new Uri(url), "web-1", "secret", timeout ?? Patience.Bound, TimeProvider.System);

    private static Task<HandInAnswer> SendAsync(CollectorClient client, bool isDump) =>
        isDump ? client.PostDumpAsync("<4>a\n"u8.ToArray(), null, CancellationToken.None) : client.PostAsync(s_batch, CancellationToken.None);

    /// <summary>A real Kestrel that gives every request one answer.</summary>
    private static async Task<WebApplication> AnswerAsync(int status, string body, string type = "application/json", (string Name, string Value)? header = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        web.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = status;
            if (header is { } one)
            {
                context.Response.Headers[one.Name] = one.Value;
            }

            if (body.Length == 0)
            {
                return;
            }

            context.Response.ContentType = type;
            await context.Response.WriteAsync(body);
        });
        await web.StartAsync();
        return web;
    }

    [Theory]
    [InlineData("""{"accepted":3,"duplicates":0,"rejected":[]}""", 3, 0, 0, null)]
    [InlineData("""{"accepted":0,"duplicates":3,"rejected":[]}""", 0, 3, 0, null)]
    [InlineData("""{"accepted":1,"duplicates":1,"rejected":[{"index":2,"reason":"notStored","detail":"no room"}]}""", 1, 1, 1, "notStored: no room")]
    [InlineData("""{"later":{"member":1},"rejected":[{},7,null],"duplicates":0,"accepted":0}""", 0, 0, 3, "it gave no reason")]
    [InlineData("""{"accepted":2,"duplicates":0,"rejected":[{"reason":"\ud800"}]}""", 2, 0, 1, "it gave no reason")]
    public async Task Events_ReceiptThatAccountsForAll_AreTaken(string body, long accepted, long duplicates, long rejected, string? reason)
    {
        await using var web = await AnswerAsync(200, body);
        using var client = ClientOf(web.Urls.First());

        var answer = await SendAsync(client, isDump: false);

        Assert.Equal((HandIn.Taken, accepted, duplicates, rejected, reason), (answer.Outcome, answer.Accepted, answer.Duplicates, answer.Rejected, answer.Reason));
    }

    [Theory]
    [InlineData(201)]
    [InlineData(200)]
    public async Task Dump_ReceiptWithAnId_IsTaken(int status)
    {
        await using var web = await AnswerAsync(status, $$"""{"id":"{{Id}}","crashes":[]}""");
        using var client = ClientOf(web.Urls.First());

        Assert.Equal(HandIn.Taken, (await SendAsync(client, isDump: true)).Outcome);
    }

    public static TheoryData<int, string, string> Foreign => new()
    {
        { 200, "<html><title>Sign in</title></html>", "HTTP 200, \"<html><title>Sign in</title></html>\"" },
        { 200, "", "HTTP 200, an empty body" },
        { 200, " \n\t ", "HTTP 200, a body without text" },
        { 204, "", "HTTP 204, an empty body" },
        { 202, "accepted", "HTTP 202, \"accepted\"" },
        { 301, "moved", "HTTP 301, \"moved\"" },
        { 400, "<html>bad request</html>", "HTTP 400, \"<html>bad request</html>\"" },
        { 401, "<html>who are you</html>", "HTTP 401, \"<html>who are you</html>\"" },
        { 413, "<html>nginx</html>", "HTTP 413, \"<html>nginx</html>\"" },
        { 422, """{"type":"about:blank","title":"Invalid"}""", "HTTP 422" },
        { 422, """{"type":"\ud800"}""", "HTTP 422" },
        { 500, """{"error":"no such index"}""", "HTTP 500" },
        { 503, "<html>away</html>", "HTTP 503, \"<html>away</html>\"" },
        { 200, "true", "HTTP 200, \"true\"" },
        { 200, "[3,0,0]", "HTTP 200" },
        { 200, "{}", "HTTP 200, \"{}\"" },
        { 200, """{"accepted":3""", "HTTP 200" },
        { 200, """{"accepted":3}""", "HTTP 200" },
        { 200, """{"accepted":3,"duplicates":0}""", "HTTP 200" },
        { 200, """{"accepted":"3","duplicates":0,"rejected":[]}""", "HTTP 200" },
        { 200, """{"accepted":3.5,"duplicates":-1,"rejected":[]}""", "HTTP 200" },
        { 200, """{"accepted":4,"duplicates":-1,"rejected":[]}""", "HTTP 200" },
        { 200, """{"accepted":2,"duplicates":0,"rejected":1}""", "HTTP 200" },
        { 200, """{"accepted":2147483648,"duplicates":0,"rejected":[]}""", "HTTP 200" },
        { 200, """{"accepted":2,"duplicates":0,"rejected":[]}""", "answered for 2 events where 3 were sent" },
        { 200, """{"accepted":3,"duplicates":0,"rejected":[{}]}""", "answered for 4 events where 3 were sent" },
        { 200, """{"accepted":2147483647,"duplicates":2147483647,"rejected":[]}""", "answered for 4294967294 events where 3 were sent" },
        { 200, """{"id":7}""", "HTTP 200" },
        { 200, """{"id":"7"}""", "HTTP 200" },
        { 200, """{"id":"\udc00"}""", "HTTP 200" },
        { 200, new string('[', 10_000), "HTTP 200" },
        { 200, "\u001b[31mred\u001b[0m\r\nnext\u202eline\u0000", "HTTP 200, \"[31mred [0m next line\"" },
        { 200, new string('x', 5_000), "HTTP 200, \"" + new string('x', 120) + "\"" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task Events_AnswerThatIsNoReceipt_AreKeptAndItIsTold(int status, string body, string told)
    {
        await using var web = await AnswerAsync(status, body, "text/html");
        using var client = ClientOf(web.Urls.First());

        var answer = await SendAsync(client, isDump: false);

        Assert.Equal((HandIn.Later, true), (answer.Outcome, answer.IsForeign));
        Assert.StartsWith($"{web.Urls.First()}/api/v1/events ", answer.Reason);
        Assert.Contains(told, answer.Reason);
        Assert.InRange(answer.Reason!.Length, 1, 300);
    }

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task Dump_AnswerThatIsNoReceipt_IsKeptAndItIsTold(int status, string body, string told)
    {
        await using var web = await AnswerAsync(status, body, "text/html");
        using var client = ClientOf(web.Urls.First());

        var answer = await SendAsync(client, isDump: true);

        Assert.Equal((HandIn.Later, true), (answer.Outcome, answer.IsForeign));
        Assert.StartsWith($"{web.Urls.First()}/api/v1/dumps did not answer as a Mayday collector does", answer.Reason);
        Assert.Contains(told.StartsWith("HTTP", StringComparison.Ordinal) ? told : "HTTP 200", answer.Reason);
    }

    [Theory]
    [InlineData(400, "Refused", false)]
    [InlineData(413, "Refused", false)]
    [InlineData(415, "Refused", false)]
    [InlineData(422, "Refused", false)]
    [InlineData(403, "Later", false)]
    [InlineData(500, "Later", true)]
    [InlineData(503, "Later", false)]
    public async Task Problem_OfTheCollector_IsBelieved(int status, string outcome, bool isFault)
    {
        const string Problem = """{"type":"urn:mayday:problem:some-word","title":"A \u001b[31mtitle","detail":"What to do."}""";
        await using var web = await AnswerAsync(status, Problem, "application/problem+json", ("Retry-After", "7"));
        using var client = ClientOf(web.Urls.First());

        foreach (var isDump in new[] { false, true })
        {
            var answer = await SendAsync(client, isDump);

            Assert.Equal((outcome, isFault, false), (answer.Outcome.ToString(), answer.IsFault, answer.IsForeign));
            Assert.Equal($"HTTP {status}: A [31mtitle: What to do.", answer.Reason);
            Assert.Equal(outcome == "Later" ? TimeSpan.FromSeconds(7) : null, answer.RetryAfter);
        }
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect_IsNotFollowed(int status)
    {
        await using var elsewhere = await ListeningCollector.StartAsync();
        foreach (var isDump in new[] { false, true })
        {
            await using var web = await AnswerAsync(status, "", header: ("Location", $"{elsewhere.Url}/api/v1/{(isDump ? "dumps" : "events")}?batch={Id}&host=web-1"));
            using var client = ClientOf(web.Urls.First());

            var answer = await SendAsync(client, isDump);

            Assert.Equal((HandIn.Later, true), (answer.Outcome, answer.IsForeign));
            Assert.Contains($"HTTP {status}", answer.Reason);
        }

        Assert.Equal(0, elsewhere.Requests);
    }

    [Fact]
    public async Task Address_WithAPassword_IsToldWithoutIt()
    {
        await using var web = await AnswerAsync(200, "page");
        using var client = ClientOf(web.Urls.First().Replace("http://", "http://me:hidden@", StringComparison.Ordinal) + "/behind/a/proxy");

        var answer = await SendAsync(client, isDump: false);

        Assert.StartsWith($"{web.Urls.First()}/behind/a/proxy/api/v1/events did not answer", answer.Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_WithoutEnd_IsReadAsFarAsAReceiptCanGo(bool isDump)
    {
        var sent = 0L;
        await using var server = new AnsweringSocket(async (socket, cancellation) =>
        {
            await AnsweringSocket.SendAsync(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", cancellation);
            var chunk = "1000\r\n" + new string('{', 0x1000) + "\r\n";
            while (true)
            {
                await AnsweringSocket.SendAsync(socket, chunk, cancellation);
                Interlocked.Add(ref sent, 0x1000);
            }
        });
        using var client = ClientOf(server.Url);

        var answer = await SendAsync(client, isDump);

        Assert.Equal((HandIn.Later, true), (answer.Outcome, answer.IsForeign));
        // 1 MiB, what the client drains before it closes, and what the two sockets hold.
        Assert.InRange(Interlocked.Read(ref sent), 1 << 20, 32 << 20);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n{\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n", "{")]
    [InlineData("", "H")]
    [InlineData("HTTP/1.1 200 OK\r\n", "")]
    public async Task Body_ThatDripsOrNeverComes_EndsWithTheTimeout(string head, string drop)
    {
        await using var server = new AnsweringSocket(async (socket, cancellation) =>
        {
            await AnsweringSocket.SendAsync(socket, head, cancellation);
            for (var i = 0; i < 3; i++)
            {
                await AnsweringSocket.SendAsync(socket, drop, cancellation);
            }
            // Until the client has given up.
            _ = await socket.ReceiveAsync(new byte[1], cancellation);
        });
        using var client = ClientOf(server.Url, TimeSpan.FromMilliseconds(500));

        var answer = await SendAsync(client, isDump: false);

        Assert.Equal((HandIn.Later, false), (answer.Outcome, answer.IsForeign));
        Assert.Equal($"{server.Url}/api/v1/events: no whole answer within 0.5 s", answer.Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"accepted\":3,\"duplicates\":0,\"rejected\":[]}")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f\r\n{\"accepted\":3,")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n")]
    public async Task Connection_ThatBreaks_IsLater(string answered)
    {
        foreach (var resets in new[] { false, true })
        {
            await using var server = new AnsweringSocket(async (socket, cancellation) =>
            {
                await AnsweringSocket.SendAsync(socket, answered, cancellation);
                // Linger 0 makes the end a reset.
                socket.LingerState = new LingerOption(resets, 0);
            });
            using var client = ClientOf(server.Url);

            foreach (var isDump in new[] { false, true })
            {
                var answer = await SendAsync(client, isDump);

                Assert.Equal(HandIn.Later, answer.Outcome);
                Assert.StartsWith(server.Url, answer.Reason);
            }
        }
    }

    [Fact]
    public async Task Bytes_OfAnyKind_AreNeverTakenAndNeverThrow()
    {
        var random = new Random(7);
        var answers = Enumerable.Range(0, 200).Select(_ =>
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            return bytes;
        }).ToList();
        await using var server = new AnsweringSocket(async (socket, cancellation) =>
        {
            var body = answers[^1];
            answers.RemoveAt(answers.Count - 1);
            await AnsweringSocket.SendAsync(socket, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n", cancellation);
            await socket.SendAsync(body, cancellation);
        });
        using var client = ClientOf(server.Url);

        while (answers.Count > 0)
        {
            var answer = await SendAsync(client, isDump: answers.Count % 2 == 0);

            Assert.Equal((HandIn.Later, true), (answer.Outcome, answer.IsForeign));
            Assert.DoesNotContain(answer.Reason!, char.IsControl);
        }
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using Mayday.Web.Api.Dumps;

namespace Mayday.Web.Tests;

public sealed class ApiDumpTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    private const string Oops = """
        <1>[   12.345678] BUG: kernel NULL pointer dereference, address: 0000000000000018
        <1>[   12.345679] #PF: supervisor read access in kernel mode
        <1>[   12.345680] #PF: error_code(0x0000) - not-present page
        <4>[   12.345681] Oops: 0000 [#1] PREEMPT SMP NOPTI
        <4>[   12.345682] CPU: 1 PID: 77 Comm: cat Tainted: G           OE      6.1.0-42-amd64 #1  Debian 6.1.159-1
        <4>[   12.345683] RIP: 0010:posted_function+0x18/0x20 [crashme]
        <4>[   12.345684] Call Trace:
        <4>[   12.345685]  <TASK>
        <4>[   12.345686]  vfs_read+0x95/0x300
        <4>[   12.345687]  ksys_read+0x5f/0xe0
        <4>[   12.345688]  </TASK>
        <4>[   12.345689] ---[ end trace 0000000000000000 ]---

        """;

    [Fact]
    public async Task Log_IsStoredAndUnderstood()
    {
        var answer = await PostAsync("?host=post-1&kernelRelease=6.1.0-42-amd64&bootId=b1&time=2026-01-31T11:58:00Z", Oops);
        var receipt = await JsonOf(answer);
        var crash = Assert.Single(receipt.GetProperty("crashes").EnumerateArray().ToList());

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal($"/api/v1/crashes/{crash.GetProperty("id").GetString()}", answer.Headers.Location?.ToString());
        Assert.Equal("post-1", crash.GetProperty("host").GetString());
        Assert.Equal("posted_function", crash.GetProperty("function").GetString());
        Assert.Equal("http", crash.GetProperty("transport").GetString());
        Assert.True(crash.GetProperty("complete").GetBoolean());
        Assert.Equal("2026-01-31T11:58:00.000000Z", crash.GetProperty("occurredAt").GetString());
        Assert.Equal(receipt.GetProperty("id").GetString(), crash.GetProperty("dumpId").GetString());
        Assert.Equal(Oops, await world.Client.GetStringAsync(answer.Headers.Location + "/log"));
        Assert.Equal(Encoding.UTF8.GetBytes(Oops), await world.Client.GetByteArrayAsync(answer.Headers.Location + "/raw"));
    }

    [Fact]
    public async Task SameTextForTheSameHost_IsTheFirstDumpAgain()
    {
        var first = await PostAsync("?host=post-2", Oops);
        var again = await PostAsync("?host=post-2", Oops);
        var other = await PostAsync("?host=post-3", Oops);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(HttpStatusCode.Created, other.StatusCode);
        var id = (await JsonOf(first)).GetProperty("id").GetString();
        Assert.Equal(id, (await JsonOf(again)).GetProperty("id").GetString());
        Assert.Equal((await JsonOf(first)).GetProperty("crashes").GetRawText(), (await JsonOf(again)).GetProperty("crashes").GetRawText());
        Assert.NotEqual(id, (await JsonOf(other)).GetProperty("id").GetString());
        Assert.Single((await world.GetAsync("/api/v1/crashes?host=post-2")).GetProperty("items").EnumerateArray().ToList());
    }

    [Fact]
    public async Task SameTextManyTimesAtOnce_IsOneDump()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => PostAsync("?host=post-race", Oops)));
        var ids = await Task.WhenAll(answers.Select(async answer => (await JsonOf(answer)).GetProperty("id").GetString()));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(11, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task WithoutHost_TheSenderIsTheHost()
    {
        var receipt = await JsonOf(await PostAsync("", Oops.Replace("posted_function", "no_host", StringComparison.Ordinal)));

        Assert.Equal("127.0.0.1", receipt.GetProperty("crashes")[0].GetProperty("host").GetString());
    }

    [Fact]
    public async Task PstoreFile_IsTakenWithItsHeaderLine()
    {
        var receipt = await JsonOf(await PostAsync("?host=post-pstore", "Oops#1 Part1\n" + Oops));

        Assert.Equal("posted_function", Assert.Single(receipt.GetProperty("crashes").EnumerateArray().ToList()).GetProperty("function").GetString());
    }

    [Fact]
    public async Task LogWithoutCrash_IsStoredAllTheSame()
    {
        var answer = await PostAsync("?host=post-quiet", "<6>[    1.0] all is well\n");
        var receipt = await JsonOf(answer);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Empty(receipt.GetProperty("crashes").EnumerateArray().ToList());
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("?host=post-quiet", "<6>[    1.0] all is well\n")).StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData("application/octet-stream")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task AnyWayOfSayingText_IsTaken(string? contentType)
    {
        var answer = await PostAsync("?host=post-type", $"<6>[    1.0] {contentType}\n", contentType);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task LogOfTheGreatestLength_IsTaken()
    {
        var log = new byte[DumpText.MaxBytes];
        log.AsSpan().Fill((byte)'.');
        for (var at = 99; at < log.Length; at += 100)
        {
            log[at] = (byte)'\n';
        }

        Encoding.UTF8.GetBytes("\n" + Oops).CopyTo(log, log.Length - Encoding.UTF8.GetByteCount(Oops) - 1);
        using var content = new ByteArrayContent(log);
        var answer = await world.Client.PostAsync("/api/v1/dumps?host=post-large", content);
        var crash = Assert.Single((await JsonOf(answer)).GetProperty("crashes").EnumerateArray().ToList());

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("posted_function", crash.GetProperty("function").GetString());
        Assert.Equal(log.Length, (await world.Client.GetByteArrayAsync($"/api/v1/crashes/{crash.GetProperty("id").GetString()}/raw")).Length);
    }

    [Fact]
    public async Task HostileLog_ComesOutAsText()
    {
        byte[] log = [.. Encoding.UTF8.GetBytes(Oops.Replace("cat", "<img src=x>\u001b[31m\u0000", StringComparison.Ordinal)), 0xff, 0xfe, (byte)'\n'];
        using var content = new ByteArrayContent(log);
        var answer = await world.Client.PostAsync("/api/v1/dumps?host=" + Uri.EscapeDataString("<i>'; drop table host; --"), content);
        var crash = (await JsonOf(answer)).GetProperty("crashes")[0];
        var id = crash.GetProperty("id").GetString();
        var text = await world.Client.GetByteArrayAsync($"/api/v1/crashes/{id}/log");

        Assert.Equal("<i>'; drop table host; --", crash.GetProperty("host").GetString());
        Assert.Equal(log, await world.Client.GetByteArrayAsync($"/api/v1/crashes/{id}/raw"));
        Assert.DoesNotContain((byte)0x1b, text);
        Assert.DoesNotContain((byte)0, text);
        Assert.Contains("<img src=x>\\x1b[31m\\x00", new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> PostAsync(string query, string log, string? contentType = "text/plain")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(log));
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return await world.Client.PostAsync("/api/v1/dumps" + query, content);
    }

    private static async Task<JsonElement> JsonOf(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }
}

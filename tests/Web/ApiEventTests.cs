using System.Net;
using System.Text;
using System.Text.Json;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Web.Tests;

/// <summary>Events handed in and read back, in both forms.</summary>
public sealed class ApiEventTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    [Fact]
    public async Task JsonEvents_AreStoredAndComeBack()
    {
        var receipt = await PostAsync("?host=json-1", """
            {"events":[
              {"facility":"e1000","severity":"err","eventType":3030478155,"format":"%s: link is %s at %d Mbps","args":["eth0","down",1000],
               "text":"eth0: link is down at 1000 Mbps","time":"2026-01-31T12:00:00Z","cpu":3,"pid":77,"fields":{"SUBSYSTEM":"pci"}},
              {"facility":"mce","severity":2,"text":"just a line"}
            ]}
            """);
        var items = (await world.GetAsync("/api/v1/events?host=json-1")).GetProperty("items");

        Assert.Equal("""{"accepted":2,"duplicates":0,"rejected":[]}""", receipt.GetRawText());
        // Newest first, and of one batch the last first.
        var (line, link) = (items[0], items[1]);
        Assert.Equal("json-1", link.GetProperty("host").GetString());
        Assert.Equal("err", link.GetProperty("severity").GetString());
        Assert.Equal(3030478155u, link.GetProperty("eventType").GetUInt32());
        Assert.Equal("%s: link is %s at %d Mbps", link.GetProperty("format").GetString());
        Assert.Equal("""["eth0","down",1000]""", link.GetProperty("args").GetRawText());
        Assert.Equal("eth0: link is down at 1000 Mbps", link.GetProperty("text").GetString());
        Assert.Equal("2026-01-31T12:00:00.000000Z", link.GetProperty("occurredAt").GetString());
        Assert.Equal((3, 77), (link.GetProperty("cpu").GetInt32(), link.GetProperty("pid").GetInt32()));
        Assert.Equal("""{"SUBSYSTEM":"pci"}""", link.GetProperty("fields").GetRawText());
        Assert.Equal("http", link.GetProperty("transport").GetString());
        Assert.Equal(("crit", 0u, JsonValueKind.Null), (line.GetProperty("severity").GetString(), line.GetProperty("eventType").GetUInt32(), line.GetProperty("format").ValueKind));
        Assert.Equal(link.GetProperty("id").GetString(), (await world.GetAsync("/api/v1/events/" + link.GetProperty("id").GetString())).GetProperty("id").GetString());
    }

    [Fact]
    public async Task EventsOfOneBatch_KeepTheirOrder()
    {
        var events = string.Join(',', Enumerable.Range(0, 300).Select(i => $$"""{"facility":"order","severity":"info","text":"{{i}}"}"""));
        await PostAsync("?host=order-1", $$"""{"events":[{{events}}]}""");

        var texts = (await AllAsync("/api/v1/events?host=order-1&limit=100")).Select(item => item.GetProperty("text").GetString());

        Assert.Equal(Enumerable.Range(0, 300).Reverse().Select(i => $"{i}"), texts);
    }

    [Fact]
    public async Task FormatWithoutTextAndType_IsPrintedAndTyped()
    {
        await PostAsync("?host=json-2", """{"events":[{"facility":"ata","severity":"warning","format":"ata%d: %s on %#x\n","args":[3,"timeout",255]}]}""");
        var item = (await world.GetAsync("/api/v1/events?host=json-2")).GetProperty("items")[0];

        Assert.Equal("ata3: timeout on 0xff", item.GetProperty("text").GetString());
        Assert.Equal((uint)EvlogCrc.EventTypeOf("ata%d: %s on %#x\n"), item.GetProperty("eventType").GetUInt32());
    }

    [Fact]
    public async Task Frames_AreReadAsRecordsAndKeptRaw()
    {
        byte[] first = Frame("e1000", Severity.Critical, "%s: speed %d", PrintfValue.Of("eth0"), PrintfValue.Of(-5));
        byte[] second = Frame("scsi", Severity.Error, "lun %d", PrintfValue.Of(9));
        var receipt = await PostAsync("?host=frames-1", [.. first, .. second]);
        var items = (await world.GetAsync("/api/v1/events?host=frames-1&filter=facility%20%3D%20e1000")).GetProperty("items");
        var detail = await world.GetAsync("/api/v1/events/" + items[0].GetProperty("id").GetString());

        Assert.Equal((2, 0), (receipt.GetProperty("accepted").GetInt32(), receipt.GetProperty("rejected").GetArrayLength()));
        Assert.Equal(1, items.GetArrayLength());
        Assert.Equal("eth0: speed -5", detail.GetProperty("text").GetString());
        Assert.Equal("""["eth0",-5]""", detail.GetProperty("args").GetRawText());
        Assert.Equal("crit", detail.GetProperty("severity").GetString());
        Assert.Equal((1, 1000u, 7), (detail.GetProperty("cpu").GetInt32(), detail.GetProperty("uid").GetUInt32(), detail.GetProperty("pid").GetInt32()));
        Assert.Equal("""["kernelEvent"]""", detail.GetProperty("flags").GetRawText());
        Assert.Equal(first, detail.GetProperty("raw").GetBytesFromBase64());
        Assert.Equal(["%s", "%d"], detail.GetProperty("arguments").EnumerateArray().Select(argument => argument.GetProperty("conversion").GetString()));
    }

    [Fact]
    public async Task JsonEventWithData_IsBinaryAndComesBackAsItWas()
    {
        await PostAsync("?host=data-1", """{"events":[{"facility":"kern","severity":"err","data":"AAEC/w==","fields":{"netlinkGroup":"raw"}}]}""");
        var one = (await world.GetAsync("/api/v1/events?host=data-1")).GetProperty("items")[0];

        Assert.Equal(("binary", "AAEC/w==", ""), (one.GetProperty("recordFormat").GetString(), one.GetProperty("data").GetString(), one.GetProperty("text").GetString()));
        Assert.Equal(JsonValueKind.Null, one.GetProperty("format").ValueKind);
    }

    [Fact]
    public async Task BadFrameAmongGoodOnes_IsRefusedByItself()
    {
        byte[] good = Frame("e1000", Severity.Error, "good %d", PrintfValue.Of(1));
        var bad = (byte[])good.Clone();
        bad[16] = 0;
        var receipt = await PostAsync("?host=frames-2", [.. good, .. bad, .. good]);

        Assert.Equal(2, receipt.GetProperty("accepted").GetInt32());
        var rejected = Assert.Single(receipt.GetProperty("rejected").EnumerateArray().ToList());
        Assert.Equal((1, "malformed"), (rejected.GetProperty("index").GetInt32(), rejected.GetProperty("reason").GetString()));
    }

    [Theory]
    [InlineData("""{"facility":"a","severity":"err","text":"t","colour":"red"}""", "unknownMember", "colour")]
    [InlineData("""{"severity":"err","text":"t"}""", "missingMember", "facility")]
    [InlineData("""{"facility":"a","text":"t"}""", "missingMember", "severity")]
    [InlineData("""{"facility":"a","severity":"err"}""", "missingMember", "text")]
    [InlineData("""{"facility":"a","severity":"err","data":"AQI=","format":"x"}""", "invalidValue", "either printed or binary")]
    [InlineData("""{"facility":"a","severity":"err","data":""}""", "invalidValue", "data")]
    [InlineData("""{"facility":"a","severity":"err","data":"no base64!"}""", "invalidValue", "data")]
    [InlineData("""{"facility":"a","severity":"error","text":"t"}""", "invalidValue", "severity")]
    [InlineData("""{"facility":"a","severity":8,"text":"t"}""", "invalidValue", "severity")]
    [InlineData("""{"facility":"","severity":1,"text":"t"}""", "invalidValue", "facility")]
    [InlineData("""{"facility":"a","severity":1,"text":7}""", "invalidValue", "text")]
    [InlineData("""{"facility":"a","severity":1,"text":"t","args":[1.5]}""", "invalidValue", "args")]
    [InlineData("""{"facility":"a","severity":1,"text":"t","args":[true]}""", "invalidValue", "args")]
    [InlineData("""{"facility":"a","severity":1,"text":"t","args":[18446744073709551616]}""", "invalidValue", "args")]
    [InlineData("""{"facility":"a","severity":1,"text":"t","eventType":4294967296}""", "invalidValue", "eventType")]
    [InlineData("""{"facility":"a","severity":1,"text":"t","time":"yesterday"}""", "invalidValue", "time")]
    [InlineData("""{"facility":"a","severity":1,"text":"t","fields":{"k":1}}""", "invalidValue", "fields")]
    [InlineData("""{"facility":"a","severity":1,"text":"\ud800"}""", "invalidValue", "surrogate")]
    [InlineData("""{"facility":"a","severity":1,"text":"t","uid":-1}""", "invalidValue", "uid")]
    [InlineData("""{"facility":"a","severity":1,"text":"t","count":0}""", "invalidValue", "count")]
    [InlineData("17", "notAnObject", "object")]
    public async Task EventThatIsNotRight_IsRefusedWithIndexAndReasonAndKeepsNoOtherOut(string json, string reason, string word)
    {
        var receipt = await PostAsync("?host=json-bad", $$"""{"events":[{"facility":"good","severity":"info","text":"t"},{{json}},{"facility":"good","severity":"info","text":"t"}]}""");

        Assert.Equal(2, receipt.GetProperty("accepted").GetInt32());
        var rejected = Assert.Single(receipt.GetProperty("rejected").EnumerateArray().ToList());
        Assert.Equal((1, reason), (rejected.GetProperty("index").GetInt32(), rejected.GetProperty("reason").GetString()));
        Assert.Contains(word, rejected.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SameBatchAgain_IsCountedOnce()
    {
        var batch = Guid.NewGuid();
        const string Body = """{"events":[{"facility":"a","severity":"err","text":"once"},{"facility":"a","severity":"err","text":"once"}]}""";
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PostAsync($"?host=batch-1&batch={batch}", Body)));

        Assert.Equal(2, answers.Sum(answer => answer.GetProperty("accepted").GetInt32()));
        Assert.Equal(10, answers.Sum(answer => answer.GetProperty("duplicates").GetInt32()));
        Assert.Equal(2, (await world.GetAsync("/api/v1/events?host=batch-1")).GetProperty("items").GetArrayLength());
        Assert.Equal(2, (await world.GetAsync("/api/v1/hosts?q=batch-1")).GetProperty("items")[0].GetProperty("eventCount").GetInt64());
    }

    [Fact]
    public async Task HostileEvents_ComeOutAsText()
    {
        await PostAsync("?host=hostile-1", """{"events":[{"facility":"<b>","severity":"err","format":"%s","args":["<script>\u0000\u001b[31m"],"text":"'; drop table event; --\u0000"}]}""");
        var raw = await world.Client.GetStringAsync("/api/v1/events?host=hostile-1");
        var item = JsonDocument.Parse(raw).RootElement.GetProperty("items")[0];

        Assert.DoesNotContain('<', raw);
        Assert.Equal("<script>\u2400\u001b[31m", item.GetProperty("args")[0].GetString());
        Assert.Equal("'; drop table event; --\u2400", item.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Formats_GroupAndSaySoInNumbers()
    {
        var events = string.Join(',', Enumerable.Range(0, 100).Select(i => $$"""{"facility":"switch","severity":"warning","format":"port=%d flaps","args":[{{(i < 97 ? 3 : i)}}]}"""));
        await PostAsync("?host=formats-1", $$"""{"events":[{{events}}]}""");
        await PostAsync("?host=formats-2", """{"events":[{"facility":"switch","severity":"warning","format":"port=%d flaps","args":[3]}]}""");
        var format = Assert.Single((await world.GetAsync("/api/v1/event-formats?facility=switch")).GetProperty("items").EnumerateArray().ToList());
        var detail = await world.GetAsync($"/api/v1/event-formats/{format.GetProperty("id").GetInt64()}");

        Assert.Equal((101, 2), (format.GetProperty("eventCount").GetInt64(), format.GetProperty("hostCount").GetInt64()));
        Assert.Equal("port=%d flaps", format.GetProperty("format").GetString());
        var value = format.GetProperty("args")[0].GetProperty("values")[0];
        Assert.Equal((3, 98, 0.9703), (value.GetProperty("value").GetInt32(), value.GetProperty("count").GetInt64(), value.GetProperty("share").GetDouble()));
        Assert.Equal(101, format.GetProperty("trend").EnumerateArray().Sum(day => day.GetInt64()));
        Assert.Equal(["formats-1", "formats-2"], detail.GetProperty("hosts").EnumerateArray().Select(host => host.GetProperty("host").GetString()));
        Assert.Equal(101, (await AllAsync($"/api/v1/events?format={format.GetProperty("id").GetInt64()}&limit=40")).Count);
    }

    [Theory]
    [InlineData("severity <=", 12)]
    [InlineData("nosuch = 1", 1)]
    [InlineData("facility = e1000 &&", 20)]
    public async Task FilterThatCannotBeRead_PointsAtTheColumn(string filter, int column)
    {
        var answer = await world.Client.GetAsync("/api/v1/events?filter=" + Uri.EscapeDataString(filter));
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("urn:mayday:problem:invalid-parameter", problem.GetProperty("type").GetString());
        Assert.Equal("filter", problem.GetProperty("errors")[0].GetProperty("parameter").GetString());
        Assert.Equal(column, problem.GetProperty("errors")[0].GetProperty("column").GetInt32());
    }

    [Theory]
    [InlineData("/api/v1/events/0199f3a4-6c1e-7b0a-9d55-0f6f4f1c2b3a", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/events/1", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/event-formats/99999999", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/event-formats/x", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/events?format=x", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/events?since=1h&until=2h", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/events?facility=x", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/events?cursor=AAAA", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/event-formats?sort=crashes", HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/event-formats?severity=8", HttpStatusCode.BadRequest)]
    public async Task ReadingWhatThereIsNot_IsAProblem(string path, HttpStatusCode status)
    {
        var answer = await world.Client.GetAsync(path);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    private async Task<List<JsonElement>> AllAsync(string path)
    {
        var items = new List<JsonElement>();
        string? next = null;
        do
        {
            var page = await world.GetAsync(next is null ? path : $"{path}&cursor={next}");
            items.AddRange(page.GetProperty("items").EnumerateArray());
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return items;
    }

    private Task<JsonElement> PostAsync(string query, string json) => PostAsync(query, Encoding.UTF8.GetBytes(json), "application/json");

    private async Task<JsonElement> PostAsync(string query, byte[] body, string type = "application/octet-stream")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        var answer = await world.Client.PostAsync("/api/v1/events" + query, content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static byte[] Frame(string facility, Severity severity, string format, params PrintfValue[] values)
    {
        var body = PrintfPacker.Pack(Encoding.UTF8.GetBytes(format), values, wordSize: 8, isBigEndian: false, out _);
        var header = new EvlogHeader { Facility = facility, Severity = severity, Format = EvlogFormat.Printf, Processor = 1, Uid = 1000, Pid = 7, EventType = 5 };
        var frame = new byte[EvlogWriter.FrameLength(EvlogLayout.Netlink, body.Length)];
        EvlogWriter.WriteFrame(header, body, EvlogLayout.Netlink, isBigEndian: false, frame);
        return frame;
    }
}

using System.Net;
using System.Text.Json;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Web.Tests;

public sealed class ApiCrashTests(ApiWorld world) : IClassFixture<ApiWorld>
{
    private static readonly DateTimeOffset s_start = new(DateTime.UtcNow.Date.AddHours(-6), TimeSpan.Zero);

    [Fact]
    public async Task Item_HasEveryAgreedMember_AndWritesNull()
    {
        await world.WriteAsync(ApiDumps.Of("item-1", s_start, transport: Transport.NetconsoleBasic, complete: null));
        var item = Assert.Single((await world.GetAsync("/api/v1/crashes?host=item-1")).GetProperty("items").EnumerateArray().ToList());

        Assert.Equal(
            [
                "id", "host", "hostId", "receivedAt", "occurredAt", "kind", "class", "severity", "title", "function", "module", "bugId", "kernelRelease", "transport", "complete",
                "missingPackets", "incidentId", "fatal", "corrupted", "dumpId",
            ],
            item.EnumerateObject().Select(property => property.Name));
        Assert.Equal("item-1", item.GetProperty("host").GetString());
        Assert.Equal("nullPointer", item.GetProperty("kind").GetString());
        Assert.Equal("badAccess", item.GetProperty("class").GetString());
        Assert.Equal("netconsole-basic", item.GetProperty("transport").GetString());
        Assert.Equal(JsonValueKind.Null, item.GetProperty("complete").ValueKind);
        Assert.Equal(JsonValueKind.Null, item.GetProperty("missingPackets").ValueKind);
        Assert.Equal(s_start.ToString("yyyy-MM-ddTHH:mm:ss.ffffff'Z'"), item.GetProperty("receivedAt").GetString());
    }

    [Fact]
    public async Task Filters_NarrowToWhatTheySay()
    {
        var hour = TimeSpan.FromHours(1);
        FinishedDump[] dumps =
        [
            ApiDumps.Of("filter-a", s_start, CrashKind.Kasan, "alpha", fatal: true),
            ApiDumps.Of("filter-a", s_start + hour, CrashKind.HungTask, "beta", Transport.Netconsole, complete: false),
            ApiDumps.Of("filter-b", s_start + (2 * hour), CrashKind.Kasan, "alpha", Transport.NetconsoleBasic, complete: null, release: "6.12.1"),
            ApiDumps.Of("filter-b", s_start + (3 * hour), CrashKind.Panic, "gamma", title: "Kernel panic: 100% _wrong_ 'quoted'"),
        ];
        await world.WriteAsync(dumps);
        var all = (await world.GetAsync("/api/v1/crashes?host=filter-*")).GetProperty("items").EnumerateArray().ToList();
        var ids = all.Select(item => item.GetProperty("id").GetString()).Reverse().ToList();
        Assert.Equal(4, ids.Count);

        async Task Expect(string query, params int[] expected)
        {
            var items = (await world.GetAsync($"/api/v1/crashes?{(query.StartsWith("host=", StringComparison.Ordinal) ? "" : "host=filter-*&")}{query}")).GetProperty("items");
            Assert.Equal(expected.Select(index => ids[index]).Reverse(), items.EnumerateArray().Select(item => item.GetProperty("id").GetString()));
        }

        var since = Uri.EscapeDataString((s_start + hour).ToString("O"));
        await Expect("host=filter-a", 0, 1);
        await Expect($"host={all[0].GetProperty("hostId").GetString()}", 2, 3);
        await Expect("kind=kasan", 0, 2);
        await Expect("kind=KASAN", 0, 2);
        await Expect("since=7D", 0, 1, 2, 3);
        await Expect("filter=kind:KASAN", 0, 2);
        await Expect($"filter={Uri.EscapeDataString("kind:kasan -fatal")}", 2);
        await Expect($"filter={Uri.EscapeDataString("host:filter-b or function = beta")}&kind=hungTask", 1);
        await Expect($"filter={Uri.EscapeDataString("title contains \"100% _wrong_\" since:7D")}", 3);
        await Expect($"bug={all[3].GetProperty("bugId").GetString()}", 0, 2);
        await Expect("function=beta", 1);
        await Expect("function=bet");
        await Expect("kernelRelease=6.12.1", 2);
        await Expect("transport=netconsole-basic", 2);
        await Expect("transport=netconsole", 1);
        await Expect($"since={since}", 1, 2, 3);
        await Expect($"until={since}", 0);
        await Expect($"since={since}&until={Uri.EscapeDataString((s_start + (2 * hour)).ToString("O"))}", 1);
        await Expect("since=7d", 0, 1, 2, 3);
        await Expect("complete=true", 0, 3);
        await Expect("complete=false", 1);
        await Expect("fatal=true", 0);
        await Expect($"incident={all[1].GetProperty("incidentId").GetString()}", 2);
        await Expect("q=hungtask", 1);
        await Expect("q=" + Uri.EscapeDataString("100% _wrong_ 'quoted'"), 3);
        await Expect("q=" + Uri.EscapeDataString("%%"));
        await Expect("q=" + Uri.EscapeDataString("'; drop table crash; --"));
        await Expect("kind=kasan&complete=true&q=alpha", 0);
    }

    [Fact]
    public async Task Pages_WhileCrashesComeIn_HaveNoGapAndNoDouble()
    {
        var written = Enumerable.Range(0, 95).Select(index => ApiDumps.Of("page-1", s_start.AddSeconds(index / 3))).ToList();
        await world.WriteAsync([.. written]);
        using var stop = new CancellationTokenSource();
        var arriving = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await world.WriteAsync(ApiDumps.Of("page-1", DateTimeOffset.UtcNow));
            }
        });

        List<string> seen = [];
        List<Guid> dumps = [];
        string? cursor = null;
        do
        {
            var page = await world.GetAsync("/api/v1/crashes?host=page-1&limit=10" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)));
            var items = page.GetProperty("items").EnumerateArray().ToList();
            Assert.InRange(items.Count, 1, 10);
            seen.AddRange(items.Select(item => item.GetProperty("id").GetString()!));
            dumps.AddRange(items.Select(item => item.GetProperty("dumpId").GetGuid()));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        await stop.CancelAsync();
        await arriving;

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(seen.OrderDescending(StringComparer.Ordinal), seen);
        Assert.Empty(written.Select(dump => dump.Id).Except(dumps));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("%00")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("0199f3a4-6c1e-7b0a-9d55-0f6f4f1c2b3a.tail")]
    public async Task Cursor_ThatNoListGave_IsRefused(string cursor)
    {
        foreach (var list in new[] { "crashes", "bugs", "hosts" })
        {
            var answer = await world.Client.GetAsync($"/api/v1/{list}?cursor={cursor}");

            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("urn:mayday:problem:invalid-cursor", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Crash_HasItsFramesRegistersCompletenessAndExtract()
    {
        var dump = ApiDumps.Of("detail-1", s_start, complete: false, function: "detail_f");
        var crash = await world.GetAsync($"/api/v1/crashes/{(await world.WriteAsync(dump))[0]}");

        Assert.Equal("id", crash.EnumerateObject().First().Name);
        Assert.Equal("detail_f", crash.GetProperty("frames")[0].GetProperty("function").GetString());
        Assert.True(crash.GetProperty("frames")[0].GetProperty("isGuilty").GetBoolean());
        Assert.False(crash.GetProperty("frames")[1].GetProperty("isReliable").GetBoolean());
        Assert.Equal(JsonValueKind.Null, crash.GetProperty("frames")[1].GetProperty("module").ValueKind);
        Assert.Equal("RIP", crash.GetProperty("registers")[0].GetProperty("name").GetString());
        Assert.False(crash.GetProperty("completeness").GetProperty("complete").GetBoolean());
        Assert.Equal(1, crash.GetProperty("completeness").GetProperty("missingRanges")[0].GetProperty("first").GetInt64());
        Assert.Equal(1, crash.GetProperty("missingPackets").GetInt64());
        Assert.StartsWith("<1>[", crash.GetProperty("extract").GetString(), StringComparison.Ordinal);
        Assert.Contains("RIP: 0010:detail_f+0x18/0x20", crash.GetProperty("extract").GetString(), StringComparison.Ordinal);
        Assert.Equal("192.0.2.7", crash.GetProperty("sourceAddress").GetString());
        Assert.Equal("OE", crash.GetProperty("taint").GetString());
        Assert.Equal("<b>r1</b>", crash.GetProperty("userFields")[0].GetProperty("value").GetString());
        Assert.Equal(dump.Id, crash.GetProperty("witnesses")[0].GetProperty("dumpId").GetGuid());
        Assert.Equal(1, crash.GetProperty("bugCrashCount").GetInt64());
    }

    [Fact]
    public async Task Log_IsTheTextThatWasStored()
    {
        var dump = ApiDumps.Of("log-1", s_start);
        var id = (await world.WriteAsync(dump))[0];
        var answer = await world.Client.GetAsync($"/api/v1/crashes/{id}/log");

        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("sandbox", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(dump.Log.ToArray(), await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Log_AskedForAgain_IsNotSentAgain()
    {
        var id = (await world.WriteAsync(ApiDumps.Of("log-2", s_start)))[0];
        foreach (var form in new[] { "log", "raw" })
        {
            var first = await world.Client.GetAsync($"/api/v1/crashes/{id}/{form}");
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/crashes/{id}/{form}");
            request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            var again = await world.Client.SendAsync(request);

            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Head_IsGetWithoutTheBody()
    {
        var id = (await world.WriteAsync(ApiDumps.Of("head-1", s_start)))[0];
        foreach (var path in new[] { $"/api/v1/crashes/{id}/raw", "/api/v1/crashes", "/health/ready" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, path);
            var answer = await world.Client.SendAsync(request);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Raw_OfNetoops_IsTheLogAsDownload()
    {
        var dump = ApiDumps.Of("raw-1", s_start);
        var answer = await world.Client.GetAsync($"/api/v1/crashes/{(await world.WriteAsync(dump))[0]}/raw");

        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal($"mayday-{dump.Id}.log", answer.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal(dump.Log.ToArray(), await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Raw_OfNetconsole_IsTheDatagramsWithTheirTimes()
    {
        var dump = ApiDumps.Of("raw-2", s_start, transport: Transport.Netconsole);
        var answer = await world.Client.GetAsync($"/api/v1/crashes/{(await world.WriteAsync(dump))[0]}/raw");
        ReadOnlySpan<byte> container = await answer.Content.ReadAsByteArrayAsync();

        Assert.True(DatagramLog.TryRead(ref container, out var arrival, out var datagram));
        Assert.Equal(s_start, arrival);
        Assert.Equal(dump.Log.ToArray(), datagram.ToArray());
        Assert.True(container.IsEmpty);
        Assert.Equal($"mayday-{dump.Id}.datagrams", answer.Content.Headers.ContentDisposition?.FileName);
    }

    [Fact]
    public async Task UnknownId_IsNotFound()
    {
        var id = Guid.CreateVersion7();
        foreach (var path in new[] { $"crashes/{id}", $"crashes/{id}/log", $"crashes/{id}/raw", $"bugs/{id}", $"hosts/{id}" })
        {
            var answer = await world.Client.GetAsync("/api/v1/" + path);

            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains(id.ToString(), await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SimilarBugs_OfOneStack_AnswersScoresAndItems()
    {
        await world.WriteAsync(
            ApiDumps.Of("similar-1", s_start, CrashKind.Kfence, "similar_f"), ApiDumps.Of("similar-1", s_start.AddSeconds(1), CrashKind.Kfence, "similar_g"));
        var bug = Assert.Single((await world.GetAsync("/api/v1/bugs?kind=kfence&function=similar_f")).GetProperty("items").EnumerateArray().ToList());

        var similar = await world.GetAsync($"/api/v1/bugs/{bug.GetProperty("id").GetString()}/similar");

        foreach (var item in similar.GetProperty("items").EnumerateArray())
        {
            Assert.InRange(item.GetProperty("score").GetDouble(), 0.25, 1);
            Assert.NotEqual(bug.GetProperty("id").GetString(), item.GetProperty("bug").GetProperty("id").GetString());
        }

        Assert.InRange(similar.GetProperty("items").GetArrayLength(), 0, 5);
    }

    [Fact]
    public async Task Bugs_CountCrashesAndHosts()
    {
        await world.WriteAsync(
            ApiDumps.Of("bug-1", s_start, CrashKind.Ubsan, "bug_f", fatal: true),
            ApiDumps.Of("bug-2", s_start.AddHours(1), CrashKind.Ubsan, "bug_f", release: "6.12.1"),
            ApiDumps.Of("bug-2", s_start.AddHours(2), CrashKind.Ubsan, "bug_f", release: "6.12.1"));
        var item = Assert.Single((await world.GetAsync("/api/v1/bugs?kind=ubsan&function=bug_f")).GetProperty("items").EnumerateArray().ToList());
        var bug = await world.GetAsync($"/api/v1/bugs/{item.GetProperty("id").GetString()}");

        Assert.Equal(3, item.GetProperty("crashCount").GetInt64());
        Assert.Equal(2, item.GetProperty("hostCount").GetInt64());
        Assert.Equal(s_start, item.GetProperty("firstSeen").GetDateTimeOffset());
        Assert.Equal(s_start.AddHours(2), item.GetProperty("lastSeen").GetDateTimeOffset());
        Assert.Equal("Ubsan bug_f", bug.GetProperty("signature").GetString());
        Assert.Equal(["bug-2", "bug-1"], bug.GetProperty("hosts").EnumerateArray().Select(host => host.GetProperty("host").GetString()));
        Assert.Equal(["6.12.1", "6.1.0-42-amd64"], bug.GetProperty("kernelReleases").EnumerateArray().Select(release => release.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("lastSeen")]
    [InlineData("firstSeen")]
    [InlineData("crashes")]
    [InlineData("hosts")]
    public async Task Bugs_InEveryOrder_PageWithoutGapOrDouble(string sort)
    {
        await world.WriteAsync([.. Enumerable.Range(0, 23).Select(index => ApiDumps.Of($"sort-{index % 4}", s_start.AddMinutes(index), CrashKind.Slab, $"sorted_{index % 11}"))]);
        List<string> seen = [];
        string? cursor = null;
        do
        {
            var page = await world.GetAsync($"/api/v1/bugs?kind=slab&sort={sort}&limit=3" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)));
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("function").GetString()!));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);

        Assert.Equal(11, seen.Count);
        Assert.Equal(11, seen.Distinct().Count());
    }

    [Fact]
    public async Task Hosts_SayWhereTheyWereSeenAndWhatTheyHad()
    {
        await world.WriteAsync(ApiDumps.Of("machine-1", s_start, CrashKind.BadPage, "machine_f", complete: false));
        var item = Assert.Single((await world.GetAsync("/api/v1/hosts?q=machine-1")).GetProperty("items").EnumerateArray().ToList());
        var host = await world.GetAsync($"/api/v1/hosts/{item.GetProperty("id").GetString()}");

        Assert.Equal("machine-1", item.GetProperty("name").GetString());
        Assert.Equal(1, item.GetProperty("crashCount").GetInt64());
        Assert.Equal("BUG: BadPage in machine_f", item.GetProperty("lastCrashTitle").GetString());
        Assert.Equal("192.0.2.7", host.GetProperty("addressHistory")[0].GetProperty("address").GetString());
        Assert.Equal("machine_f", host.GetProperty("bugs")[0].GetProperty("function").GetString());
        Assert.Equal(1, host.GetProperty("partialDumps").GetInt64());
    }

    [Fact]
    public async Task Ingest_AnswersCountersOfTheCollectors()
    {
        await world.WriteAsync(ApiDumps.Of("ingest-1", s_start));
        var stats = await world.GetAsync("/api/v1/stats/ingest");

        Assert.True(stats.GetProperty("crashesStored").GetInt64() > 0);
        Assert.Equal(JsonValueKind.Array, stats.GetProperty("counters").ValueKind);
        Assert.Equal(JsonValueKind.Object, stats.GetProperty("rejectedByReason").ValueKind);
    }

    [Fact]
    public async Task Ready_WithPostgres_IsTold() => Assert.Equal("ready", (await world.GetAsync("/health/ready")).GetProperty("status").GetString());

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("'); drop table crash; --")]
    [InlineData("{{7*7}} ${jndi:ldap://x} %s %n ../../etc/passwd")]
    [InlineData("\u202egnirts desrever")]
    [InlineData("größe 日本 🙂 nul\u2400")]
    public async Task HostileText_ComesOutAsText(string text)
    {
        var id = (await world.WriteAsync(ApiDumps.Of("hostile " + text, s_start, function: text, title: text, release: text)))[0];
        var answer = await world.Client.GetAsync($"/api/v1/crashes/{id}");
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var crash = JsonDocument.Parse(bytes).RootElement;

        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain((byte)'<', bytes);
        Assert.All(bytes, value => Assert.InRange(value, (byte)' ', (byte)'~'));
        Assert.Equal(text, crash.GetProperty("title").GetString());
        Assert.Equal(text, crash.GetProperty("function").GetString());
        Assert.Equal("hostile " + text, crash.GetProperty("host").GetString());
        Assert.Equal(text, crash.GetProperty("kernelRelease").GetString());
        Assert.Single((await world.GetAsync("/api/v1/crashes?host=" + Uri.EscapeDataString("hostile " + text))).GetProperty("items").EnumerateArray().ToList());
    }
}

using System.Net;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Mayday.Events.Reading;
using Mayday.Events.Screening;
using Mayday.Events.Templates;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Store.Events;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Mayday.Web.Tests.Pages;

/// <summary>Events: list, filter box, formats, one event, alerts, and where they stand beside crashes.</summary>
[Collection(PagesCollection.Name)]
public sealed class PagesEventTests(PagesFixture pages)
{
    private const string OomFormat =
        "%s: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, file-rss:%lukB, shmem-rss:%lukB, UID:%u pgtables:%lukB oom_score_adj:%hd\n";

    // Two of the four: the colours and widths are those of the other pages, which are looked at in all of them.
    public static TheoryData<int, ColorScheme> Looks => new() { { 1440, ColorScheme.Dark }, { 390, ColorScheme.Light } };

    [Fact]
    public async Task Events_FilterInTheUrl_NarrowsAndStandsInTheBox()
    {
        var facility = await SeedAsync();
        var page = await pages.OpenAsync($"/events?filter={Uri.EscapeDataString($"facility = {facility} && severity <= err")}");

        await Expect(page.Locator("#filter")).ToHaveValueAsync($"facility = {facility} && severity <= err");
        await Expect(page.GetByText("events that match")).ToBeVisibleAsync();
        await Expect(page.Locator(".list td.severity").First).ToHaveTextAsync("err");
        Assert.DoesNotContain("info", await page.Locator(".list td.severity").AllInnerTextsAsync());
    }

    [Fact]
    public async Task FilterBox_Typing_CompletesByKeyboardAndFilters()
    {
        var facility = await SeedAsync();
        var page = await pages.OpenAsync("/events");

        await ChooseFacilityAsync(page, facility);
        await Expect(page.Locator(".list")).ToContainTextAsync(facility);
    }

    [Fact]
    public async Task FilterBox_SlowCircuit_KeepsWhatIsTypedMeanwhile()
    {
        var facility = await SeedAsync();
        var page = await pages.NewPageAsync();
        // The way there and back of a distant reader, put into what the circuit sends.
        await page.AddInitScriptAsync(
            "window.WebSocket = class extends WebSocket { set onmessage(take) { super.onmessage = message => setTimeout(() => take(message), 300); } };");
        await pages.GoAsync(page, "/events");

        await ChooseFacilityAsync(page, facility);
    }

    [Theory]
    [InlineData("/events")]
    [InlineData("/alerts")]
    public async Task SearchBox_OnPagesOfEvents_SearchesEvents(string path)
    {
        await SeedAsync();
        var page = await pages.OpenAsync(path);

        if (path == "/events")
        {
            await Expect(page.Locator("#filter")).ToHaveAttributeAsync("placeholder", "severity <= err && host ~ ^web && arg1 > 5");
        }

        await page.Locator("#search").FillAsync("link is up");
        await page.Locator("#search").PressAsync("Enter");

        await Expect(page).ToHaveURLAsync(new Regex(@"/events\?filter=%22link%20is%20up%22$"));
        await Expect(page.Locator("#search")).ToHaveValueAsync("\"link is up\"");
    }

    [Fact]
    public async Task FilterBox_Mistake_IsMarkedAtItsColumn()
    {
        var page = await pages.OpenAsync("/events");

        await page.Locator("#filter").FillAsync("host = a && sevrity <= err");
        await page.Locator("#filter").PressAsync("Enter");

        await Expect(page.Locator("#filter-error mark")).ToHaveTextAsync("sevrity");
        await Expect(page.Locator("#filter-error")).ToContainTextAsync("Column 13");
        await Expect(page.Locator("#filter-error")).ToContainTextAsync("did you mean severity");
        await Expect(page.Locator("#filter")).ToHaveAttributeAsync("aria-invalid", "true");
    }

    [Fact]
    public async Task EventFormats_AValue_IsOneClickFromItsEvents()
    {
        var facility = await SeedAsync();
        var page = await pages.OpenAsync($"/event-formats?facility={facility}");

        await Expect(page.Locator(".list")).ToContainTextAsync("link down");
        await page.GetByRole(AriaRole.Link, new() { Name = "eth1", Exact = true }).First.ClickAsync();

        await Expect(page.Locator("#filter")).ToHaveValueAsync("arg1 = \"eth1\"");
        await Expect(page.Locator(".list a.whole").First).ToContainTextAsync("eth1");
    }

    [Fact]
    public async Task Event_WithATemplate_SaysWhatItMeansAndWhatToDo()
    {
        var facility = await SeedAsync();
        var page = await pages.OpenAsync($"/events?filter={Uri.EscapeDataString($"facility = {facility} && victim = postgres")}");

        await page.Locator(".list a.whole").First.ClickAsync();

        await Expect(page.GetByText("Memory ran out, and the kernel killed a process")).ToBeVisibleAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("anon_rss");
        await Expect(page.Locator("main")).ToContainTextAsync("kB");
    }

    [Fact]
    public async Task Event_Unknown_Is404InWords()
    {
        var path = $"/events/{Guid.NewGuid()}";
        using var client = new HttpClient { BaseAddress = pages.Address };
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);

        var page = await pages.OpenAsync(path);
        await Expect(page.Locator("h1")).ToHaveTextAsync("This event is not here");
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task EventPages_AreCleanForAxeAndFitTheScreen(int width, ColorScheme theme)
    {
        var facility = await SeedAsync();
        var (items, _) = await pages.Events.SliceAsync(new EventListFilter { Facility = facility }, 0, 10, 10, CancellationToken.None);
        var page = await pages.NewPageAsync(width, theme);
        string[] paths =
        [
            "/events?filter=%3D%3D", $"/events?filter={Uri.EscapeDataString("facility = " + facility)}", "/event-formats", "/alerts", $"/events/{items[0].Id}",
            $"/events/{items[^1].Id}", $"/hosts/{items[0].HostId}",
        ];
        foreach (var path in paths)
        {
            await pages.GoAsync(page, path);
            await page.Locator("h1").First.WaitForAsync();

            var sideways = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.True(sideways <= 0, $"{path} scrolls {sideways} pixels sideways at {width}");
            var axe = await page.RunAxe();
            Assert.True(
                axe.Violations.Length == 0,
                $"{path} {theme} {width}: {string.Join("; ", axe.Violations.Select(violation => $"{violation.Id}: {violation.Nodes[0].Html}"))}");
        }
    }

    [Fact]
    public async Task CrashAndHost_ShowTheEventsBeside()
    {
        // A host that no other test sends events of.
        var (crashes, _) = await pages.Queries.Crashes.SliceCrashesAsync(new() { Host = "web-04" }, 0, 1, 10, CancellationToken.None);
        var crash = crashes[0];
        var text = $"ata9.00: before {crash.Id:N}";
        await pages.EventWriter.WriteAsync(
            [Received(crash.ReceivedAt.AddMinutes(-5), crash.Host, new KernelEvent { Facility = "ata", EventType = 1, Severity = Severity.Error, Format = EvlogFormat.String, Text = text })],
            null, CancellationToken.None);

        var page = await pages.OpenAsync($"/crashes/{crash.Id}");
        await Expect(page.Locator("#events-before")).ToContainTextAsync(text);
        await pages.GoAsync(page, $"/hosts/{crash.HostId}");
        await Expect(page.Locator("ol.timeline li.event").First).ToContainTextAsync(text);
        await Expect(page.Locator("ol.timeline li.crash").First).ToBeVisibleAsync();
    }

    private static async Task ChooseFacilityAsync(IPage page, string facility)
    {
        await page.Locator("#filter").FocusAsync();
        await page.Keyboard.TypeAsync("fac");
        await Expect(page.Locator("#filter-words li").First).ToContainTextAsync("facility");
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Locator("#filter")).ToHaveAttributeAsync("data-chosen", "");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#filter")).ToHaveValueAsync("facility ");
        await page.Keyboard.TypeAsync($"= {facility}");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page).ToHaveURLAsync(new Regex($@"/events\?filter=facility%20%3D%20{facility}$"));
    }

    /// <summary>Events of a facility that only this test has.</summary>
    private async Task<string> SeedAsync()
    {
        var facility = $"f{Guid.NewGuid():N}"[..12];
        var now = DateTimeOffset.UtcNow;
        var events = new List<ReceivedEvent>();
        for (var i = 0; i < 40; i++)
        {
            var netdev = i % 10 == 0 ? "eth1" : "eth0";
            events.Add(Received(now.AddSeconds(-i - 10), $"web-0{1 + i % 3}", new KernelEvent
            {
                Facility = facility,
                EventType = unchecked((int)0xb4a82d4b),
                Severity = i % 4 == 0 ? Severity.Informational : Severity.Error,
                Format = EvlogFormat.Printf,
                FormatString = "%s: link down, status=%d",
                Arguments = [EventArgument.OfText(netdev), EventArgument.OfNumber(-5)],
                Text = $"{netdev}: link down, status=-5",
            }));
        }

        events.Add(Received(now.AddSeconds(-5), "web-01", TemplateBook.Shipped.Apply(new KernelEvent
        {
            Facility = facility,
            EventType = EvlogCrc.EventTypeOf(OomFormat),
            Severity = Severity.Error,
            Format = EvlogFormat.Printf,
            FormatString = OomFormat,
            Arguments = [EventArgument.OfText("Out of memory"), EventArgument.OfNumber(812), EventArgument.OfText("postgres"), EventArgument.OfNumber(9000000), EventArgument.OfNumber(8000000)],
            Text = "Out of memory: Killed process 812 (postgres) total-vm:9000000kB, anon-rss:8000000kB",
            Count = 3,
            Notes = ["3 more like this in 2 s"],
        })));
        events.Add(Received(now.AddSeconds(-60), PageSeed.HostileHost, new KernelEvent
        {
            Facility = facility,
            EventType = 21,
            Severity = Severity.Critical,
            Format = EvlogFormat.Binary,
            Text = "",
            Payload = new byte[300],
            Fields = [new("DEVICE", PageSeed.Hostile)],
        }));
        events.Add(Received(now.AddSeconds(-90), PageSeed.HostileHost, new KernelEvent
        {
            Facility = facility,
            EventType = 22,
            Severity = Severity.Warning,
            Format = EvlogFormat.String,
            Text = PageSeed.Hostile + new string('x', 400),
        }));
        await pages.EventWriter.WriteAsync(events, null, CancellationToken.None);
        return facility;
    }

    private static ReceivedEvent Received(DateTimeOffset at, string host, KernelEvent record) => new()
    {
        Id = DumpId.At(at),
        ReceivedAt = at,
        Transport = Transport.Http,
        Host = new HostClaim(null, null, host),
        Collector = "test/1",
        Event = record,
    };
}

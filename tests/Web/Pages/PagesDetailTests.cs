using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Mayday.Web.Tests.Pages;

[Collection(PagesCollection.Name)]
public sealed class PagesDetailTests(PagesFixture pages)
{
    [Fact]
    public async Task Crash_Opened_SaysWhatDiedWhereAndWhy()
    {
        var crash = await FindAsync(new() { Function = "cm_null_read", Host = "web-0*" });
        var page = await pages.OpenAsync($"/crashes/{crash.Id}");

        await Expect(page.Locator("h1")).ToContainTextAsync("BUG: unable to handle kernel NULL pointer dereference in cm_null_read");
        var verdict = page.Locator("p.sub");
        await Expect(verdict).ToContainTextAsync("nginx (pid 125) on CPU 0 read at 0x18, through a pointer that was NULL, in cm_null_read of module crashme");
        await Expect(verdict).ToContainTextAsync("the machine lived on");
        await Expect(page.Locator(".trace li.guilty")).ToContainTextAsync("cm_null_read+0x5/0x20");
        await Expect(page.Locator(".trace li.weak").First).ToContainTextAsync("?");
        await Expect(page.Locator("dl.regs dd.hit").First).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(0|18)$"));
        await Expect(page.Locator("dl.facts").First).ToContainTextAsync("out-of-tree module");
        await Expect(page.Locator("dl.facts").First).ToContainTextAsync("QEMU Standard PC");
        await Expect(page.Locator(".log div.hit").First).ToContainTextAsync("cm_null_read+0x5/0x20");
    }

    [Fact]
    public async Task Crash_TimeShown_IsTheReadersWithUtcOnHover()
    {
        var crash = await FindAsync(new() { Function = "cm_null_read", Host = "web-0*" });
        var page = await pages.OpenAsync($"/crashes/{crash.Id}");

        var time = page.Locator(".crumbs time");
        await Expect(time).ToContainTextAsync("+05:30");
        Assert.EndsWith("UTC", await time.GetAttributeAsync("title"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crash_LineLinked_ScrollsThere()
    {
        var crash = await FindAsync(new() { Function = "cm_null_read", Host = "web-0*" });
        var page = await pages.OpenAsync($"/crashes/{crash.Id}#L300");

        await Expect(page.Locator("#L300")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Crash_Partial_ShowsTheGapAsARow()
    {
        var crash = await FindAsync(new() { Complete = false });
        var page = await pages.OpenAsync($"/crashes/{crash.Id}");

        await Expect(page.Locator(".log .gap")).ToContainTextAsync("records 41-43 missing");
        await Expect(page.Locator(".tags")).ToContainTextAsync("3 of");
    }

    [Fact]
    public async Task Crash_HugeLog_IsShownInWindows()
    {
        var line = "<6>[    1.000000] " + new string('x', 100) + "\n";
        var log = string.Concat(Enumerable.Repeat(line, 12_000)) + CaptureLog.Read(PagesFixture.Capture("null_read.ext.jsonl")) + string.Concat(Enumerable.Repeat(line, 12_000));
        await pages.Writer.WriteAsync([PageSeed.Dump(log, "huge-1", "10.30.0.9", DateTimeOffset.UtcNow, Transport.Http)], CancellationToken.None);
        var crash = await FindAsync(new() { Host = "huge-1" });
        var page = await pages.OpenAsync($"/crashes/{crash.Id}");

        await Expect(page.Locator(".log div.hit").First).ToContainTextAsync("cm_null_read");
        Assert.True(await page.Locator(".log > div").CountAsync() <= 4000);
        // By key: the page still moves when the reader's zone arrives, and a click may land where the link was.
        var last = page.Locator(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#L{log.Count(c => c == '\n')}"));
        await page.GetByRole(AriaRole.Link, new() { Name = "Last", Exact = true }).First.PressAsync("Enter");

        // Waited for before it is expected: at each look that fails, an expectation describes the whole page, and thousands of lines leave it no time to change.
        await last.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await Expect(last).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Crash_LinkPressedTheMomentThePageIsLive_IsFollowed()
    {
        var line = "<6>[    1.000000] " + new string('y', 100) + "\n";
        var log = CaptureLog.Read(PagesFixture.Capture("null_read.ext.jsonl")) + string.Concat(Enumerable.Repeat(line, 9_000));
        await pages.Writer.WriteAsync([PageSeed.Dump(log, "huge-2", "10.30.0.10", DateTimeOffset.UtcNow, Transport.Http)], CancellationToken.None);
        var crash = await FindAsync(new() { Host = "huge-2" });
        var page = await pages.NewPageAsync();
        await page.AddInitScriptAsync("""
            new MutationObserver((_, observer) => {
                if (!document.documentElement || !document.documentElement.hasAttribute('data-live')) return;
                observer.disconnect();
                [...document.querySelectorAll('a')].find(link => link.textContent.trim() === 'Last').click();
            }).observe(document, { subtree: true, attributes: true });
            """);

        await pages.GoAsync(page, $"/crashes/{crash.Id}");

        var last = page.Locator(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"#L{log.Count(c => c == '\n')}"));
        await last.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await Expect(last).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Crash_Unknown_IsNotFoundInWords()
    {
        var page = await pages.NewPageAsync();

        var answer = await page.GotoAsync(new Uri(pages.Address, $"/crashes/{Guid.NewGuid()}").ToString());

        Assert.Equal(404, answer!.Status);
        await Expect(page.Locator("h1")).ToHaveTextAsync("This crash is not here");
        answer = await page.GotoAsync(new Uri(pages.Address, "/no/such/page").ToString());
        Assert.Equal(404, answer!.Status);
        await Expect(page.Locator("h1")).ToHaveTextAsync("Nothing is here");
    }

    [Fact]
    public async Task HostileStrings_Everywhere_AreTextAndNothingElse()
    {
        var crash = await FindAsync(new() { Function = "evil_fn" });
        var page = await pages.NewPageAsync();
        var dialogs = new List<string>();
        page.Dialog += (_, dialog) =>
        {
            dialogs.Add(dialog.Message);
            _ = dialog.DismissAsync();
        };
        string[] paths = [$"/crashes/{crash.Id}", $"/bugs/{crash.BugId}", $"/hosts/{crash.HostId}", "/crashes", "/bugs", "/hosts", "/"];
        foreach (var path in paths)
        {
            await pages.GoAsync(page, path);
            await Expect(page.Locator("main")).ToContainTextAsync(path == "/hosts" ? "<b>web</b>" : "<img src=x onerror=alert(1)>");

            Assert.Equal(0, await page.Locator("main img").CountAsync());
            Assert.Equal(0, await page.Locator("main td b, main h1 b").CountAsync());
            var text = await page.Locator("body").InnerTextAsync();
            Assert.DoesNotContain('\u202E', text);
            Assert.DoesNotContain('\u001b', text);
        }

        Assert.Empty(dialogs);
    }

    [Fact]
    public async Task Bug_Opened_SaysHowManyWhereAndWhetherItGrows()
    {
        var crash = await FindAsync(new() { Kind = Analysis.CrashKind.Warning });
        var page = await pages.OpenAsync($"/bugs/{crash.BugId}");

        await Expect(page.Locator("p.sub")).ToContainTextAsync("on 3 hosts, all on 6.1.0-56-amd64");
        await Expect(page.Locator(".list a.whole").First).ToContainTextAsync("web-");
        await Expect(page.Locator("svg.bars")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Host_Opened_ListsItsCrashesAndBugs()
    {
        var crash = await FindAsync(new() { Function = "cm_null_read", Host = "web-0*" });
        var page = await pages.OpenAsync($"/hosts/{crash.HostId}");

        await Expect(page.Locator("h1")).ToHaveTextAsync(crash.Host);
        await Expect(page.Locator(".list a.whole", new() { HasTextString = "cm_null_read" }).First).ToBeVisibleAsync();
        await Expect(page.Locator("table.plain").First).ToContainTextAsync("cm_null_read");
    }

    [Fact]
    public async Task Ingest_Opened_ShowsCountersAndReasonsAndKeepsUp()
    {
        var page = await pages.OpenAsync("/ingest");
        await Expect(page.Locator("main")).ToContainTextAsync("Shorter than the header of a netoops packet.");
        await Expect(page.Locator("main")).ToContainTextAsync("tooShort");

        await pages.Counters.SaveAsync("test/1", [new IngestCounter(IngestCounterNames.Received, "format=netoops", 98_765)], CancellationToken.None);

        await Expect(page.Locator(".kpi").First).ToContainTextAsync("98,765");
    }

    private async Task<CrashItem> FindAsync(CrashFilter filter)
    {
        var (crashes, _) = await pages.Queries.Crashes.SliceCrashesAsync(filter, 0, 1, 10, CancellationToken.None);
        return Assert.Single(crashes);
    }
}

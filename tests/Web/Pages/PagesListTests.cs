using Mayday.Protocol;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Mayday.Web.Tests.Pages;

[Collection(PagesCollection.Name)]
public sealed class PagesListTests(PagesFixture pages)
{
    [Fact]
    public async Task Crashes_Opened_ListsNewestFirstWithHostKernelAndCompleteness()
    {
        var (expected, total) = await pages.Queries.Crashes.SliceCrashesAsync(new() { Host = "web-0*" }, 0, 3, 10_000, CancellationToken.None);
        var page = await pages.OpenAsync("/crashes?host=web-0*");

        await Expect(page.GetByText($"{total} crashes that match, newest first")).ToBeVisibleAsync();
        var hrefs = await page.Locator(".list a.whole").EvaluateAllAsync<string[]>("links => links.slice(0, 3).map(link => link.getAttribute('href'))");
        Assert.Equal(expected.Select(crash => $"crashes/{crash.Id}"), hrefs);
        await Expect(page.Locator(".list")).ToContainTextAsync("6.1.0-56-amd64");
        await Expect(page.Locator(".list")).ToContainTextAsync("3 missing");
    }

    [Fact]
    public async Task Crashes_KindChosen_NarrowsTheListAndStandsInTheUrl()
    {
        var page = await pages.OpenAsync("/crashes");

        await page.GetByLabel("Kind", new() { Exact = true }).SelectOptionAsync("warning");

        await Expect(page).ToHaveURLAsync(new Uri(pages.Address, "/crashes?kind=warning").ToString());
        await Expect(page.Locator(".list td.kind").First).ToHaveTextAsync("warning");
        await pages.GoAsync(page, "/crashes?kind=warning");
        await Expect(page.GetByLabel("Kind", new() { Exact = true })).ToHaveValueAsync("warning");
        Assert.All(await page.Locator(".list td.kind").AllInnerTextsAsync(), kind => Assert.Equal("warning", kind));
    }

    [Fact]
    public async Task Search_SlashThenWords_FiltersCrashes()
    {
        var page = await pages.OpenAsync("/");

        await page.Locator("body").PressAsync("/");
        await Expect(page.Locator("#search")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("host:web-* kind:nullPointer since:7d cm_null_read");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex(@"/crashes\?host=web-\*&kind=nullPointer&since=7d&q=cm_null_read$"));
        await Expect(page.Locator("#search")).ToHaveValueAsync("host:web-* kind:nullPointer since:7d cm_null_read");
        await Expect(page.Locator(".list a.whole").First).ToContainTextAsync("cm_null_read");
    }

    [Fact]
    public async Task Crashes_UnknownKind_SaysSoAndShowsAll()
    {
        var page = await pages.OpenAsync("/crashes?kind=martian");

        await Expect(page.GetByText("There is no kind “martian”")).ToBeVisibleAsync();
        await Expect(page.Locator(".list a.whole").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Crashes_NothingMatches_SaysWhatToDo()
    {
        var page = await pages.OpenAsync("/crashes?q=no-such-words-anywhere");

        await Expect(page.GetByText("No crash matches")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Crashes_NewOneStored_AppearsByItselfAtTheTop()
    {
        var page = await pages.OpenAsync("/crashes?host=live-1");
        await Expect(page.GetByText("No crash matches")).ToBeVisibleAsync();

        await StoreAsync("live-1", "10.30.0.1");

        await Expect(page.Locator(".list a.whole").First).ToContainTextAsync("cm_null_read");
    }

    [Fact]
    public async Task Crashes_NewOneStoredWhileReadingBelow_OffersItQuietly()
    {
        for (var i = 0; i < 30; i++)
        {
            await StoreAsync("live-2", "10.30.0.2");
        }

        var page = await pages.OpenAsync("/crashes?host=live-2");
        await Expect(page.Locator(".list a.whole").First).ToBeVisibleAsync();
        // Asked again until the rows are tall enough to scroll: one turn of the wheel may come before they are.
        await page.WaitForFunctionAsync("() => { window.scrollTo(0, 600); return window.scrollY > 300; }");

        await StoreAsync("live-2", "10.30.0.2");

        var news = page.GetByRole(AriaRole.Button, new() { Name = "1 new" });
        await Expect(news).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<int>("window.scrollY") > 300);
        await news.ClickAsync();
        await Expect(page.GetByText("31 crashes that match")).ToBeVisibleAsync();
        await page.WaitForFunctionAsync("() => window.scrollY < 80");
    }

    [Fact]
    public async Task Crashes_ScrolledFar_FetchesTheRowsThere()
    {
        await StoreManyAsync("many-1", "10.30.0.3");
        var page = await pages.OpenAsync("/crashes?host=many-1");
        await Expect(page.GetByText("400 crashes that match")).ToBeVisibleAsync();
        Assert.True(await page.Locator(".list tbody tr").CountAsync() < 100, "all rows are in the document: the list is not virtual");

        await ScrollToTheEndAsync(page);
        Assert.True(await page.Locator(".list tbody tr").CountAsync() < 100);
    }

    [Fact]
    public async Task Crashes_ScrolledBeforeThePageIsLive_FetchesTheRowsThere()
    {
        await StoreManyAsync("many-2", "10.30.0.4");
        var page = await pages.NewPageAsync();
        var scrolled = new TaskCompletionSource();
        await page.RouteAsync("**/blazor.web*.js", async route =>
        {
            await scrolled.Task;
            await route.ContinueAsync();
        });
        await page.GotoAsync(new Uri(pages.Address, "/crashes?host=many-2").ToString(), new() { WaitUntil = WaitUntilState.Commit });
        await page.WaitForFunctionAsync("() => { window.scrollTo(0, 1500); return window.scrollY > 600; }");

        scrolled.SetResult();

        await ScrollToTheEndAsync(page);
    }

    [Fact]
    public async Task Bugs_Opened_ShowsTrendCountsAndKinds()
    {
        var (bugs, total) = await pages.Queries.Bugs.SliceBugsAsync(new(), 0, 1, CancellationToken.None);
        var page = await pages.OpenAsync("/bugs");

        await Expect(page.Locator(".list svg.bars").First).ToBeVisibleAsync();
        Assert.True(total >= 3);
        var facet = page.Locator(".facets a", new() { HasTextString = "warning" });
        await facet.ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(pages.Address, "/bugs?kind=warning").ToString());
        await Expect(page.Locator(".list td.kind").First).ToHaveTextAsync("warning");
        Assert.NotNull(bugs[0].Title);
    }

    [Fact]
    public async Task Hosts_Searched_FindsByName()
    {
        var page = await pages.OpenAsync("/hosts?q=web-03");

        await Expect(page.Locator(".list a.whole").First).ToHaveTextAsync("web-03");
        await Expect(page.Locator(".list")).ToContainTextAsync("10.20.4.3");
    }

    /// <summary>The list grows as its rows are measured: a reader who wants the end goes on scrolling, too.</summary>
    private static async Task ScrollToTheEndAsync(IPage page) => await page.WaitForFunctionAsync("""
        () => {
            window.scrollTo(0, document.body.scrollHeight);
            return [...document.querySelectorAll('.list a.whole')].some(link => link.textContent.includes('row 399'));
        }
        """);

    private async Task StoreManyAsync(string host, string address)
    {
        var log = "<1>[    1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000018\n";
        var start = DateTimeOffset.UtcNow.AddHours(-3);
        var dumps = Enumerable.Range(0, 400).Select(i => PageSeed.Dump($"{log}<6>[    2.000000] {i}\n", host, address, start.AddSeconds(-i), Transport.Netoops) with
        {
            Crashes = [Report($"row {i}", i)],
        });
        await pages.Writer.WriteAsync([.. dumps], CancellationToken.None);
    }

    private async Task StoreAsync(string host, string address)
    {
        var log = CaptureLog.Read(PagesFixture.Capture("null_read.ext.jsonl"));
        var at = DateTimeOffset.UtcNow;
        await pages.Writer.WriteAsync(
            [PageSeed.Dump(log, host, address, at, Transport.Netoops) with { BootId = at.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture) }],
            CancellationToken.None);
    }

    private static Analysis.CrashReport Report(string title, double time) => new()
    {
        Kind = Analysis.CrashKind.Bug,
        Class = Analysis.CrashClass.Assertion,
        Title = title,
        Function = title,
        PrintkTime = time,
        Signature = "many",
        SignatureHash = "00000000000000aa",
    };
}

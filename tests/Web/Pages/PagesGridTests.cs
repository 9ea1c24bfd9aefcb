using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Mayday.Web.Tests.Pages;

/// <summary>What every long list can do, tried on the list of crashes, and the shell around it.</summary>
[Collection(PagesCollection.Name)]
public sealed class PagesGridTests(PagesFixture pages)
{
    [Fact]
    public async Task Document_WithoutCircuit_HasTheFirstRowsAndTheirCount()
    {
        using var client = new HttpClient { BaseAddress = pages.Address };

        var html = await client.GetStringAsync("/crashes?host=web-0*", TestContext.Current.CancellationToken);

        var (crashes, total) = await pages.Queries.Crashes.SliceCrashesAsync(new() { Host = "web-0*" }, 0, 45, 10_000, TestContext.Current.CancellationToken);
        Assert.All(crashes, crash => Assert.Contains($"href=\"crashes/{crash.Id}\"", html, StringComparison.Ordinal));
        Assert.Contains($"aria-rowcount=\"{total}\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_Clicked_SortsAndSaysSo()
    {
        var (oldest, _) = await pages.Queries.Crashes.SliceCrashesAsync(new() { Host = "web-0*", OldestFirst = true }, 0, 1, 10, CancellationToken.None);
        var page = await pages.OpenAsync("/crashes?host=web-0*");
        await page.Locator(".list .still").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        var head = page.GetByRole(AriaRole.Button, new() { Name = "When", Exact = true });

        await head.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "When" })).ToHaveAttributeAsync("aria-sort", "descending");
        await head.FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "When" })).ToHaveAttributeAsync("aria-sort", "ascending");
        await Expect(page.Locator(".list a.whole").First).ToHaveAttributeAsync("href", $"crashes/{oldest[0].Id}");
    }

    [Fact]
    public async Task ColumnsMenu_ColumnHidden_IsGoneUntilShownAgain()
    {
        var page = await pages.OpenAsync("/crashes?host=web-0*");
        await page.Locator(".list .still").WaitForAsync(new() { State = WaitForSelectorState.Detached });

        await page.GetByRole(AriaRole.Button, new() { Name = "Columns" }).ClickAsync();
        await page.GetByText("Hide Kernel").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Kernel" })).ToHaveCountAsync(0);
        await page.GetByText("Show Kernel").ClickAsync();

        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Kernel" })).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Head_EdgeDragged_WidensTheColumn()
    {
        var page = await pages.OpenAsync("/crashes?host=web-0*");
        await page.Locator(".list .still").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        var head = page.GetByRole(AriaRole.Columnheader, new() { Name = "Host" });
        var before = (await head.BoundingBoxAsync())!;

        await page.Mouse.MoveAsync(before.X + before.Width - 3, before.Y + 10);
        await page.Mouse.DownAsync();
        await page.Locator(".list .mud-resizing").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await page.Mouse.MoveAsync(before.X + before.Width + 57, before.Y + 10, new() { Steps = 6 });
        await page.WaitForFunctionAsync("width => [...document.querySelectorAll('.list th.host')].some(head => head.getBoundingClientRect().width > width + 30)", (double)before.Width);
        await page.Mouse.UpAsync();
        await page.Locator(".list .mud-resizing").WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    [Fact]
    public async Task Head_PageScrolled_StaysBelowTheBar()
    {
        var page = await pages.OpenAsync("/crashes?host=web-0*");
        await page.SetViewportSizeAsync(1440, 320);

        await page.WaitForFunctionAsync("() => { window.scrollTo(0, 200); return window.scrollY > 150; }");

        Assert.Equal(48, await page.Locator(".list th.kind").First.EvaluateAsync<double>("head => Math.round(head.getBoundingClientRect().top)"));
    }

    [Fact]
    public async Task NarrowScreen_MenuPressed_ShowsTheNavigationUntilAPageIsChosen()
    {
        var page = await pages.OpenAsync("/crashes", width: 390);
        var bugs = page.Locator("#rail").GetByRole(AriaRole.Link, new() { NameRegex = new("^Bugs") });
        await Expect(bugs).ToBeHiddenAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Menu" }).ClickAsync();
        await bugs.ClickAsync();

        await Expect(page).ToHaveURLAsync(new Uri(pages.Address, "/bugs").ToString());
        await Expect(bugs).ToBeHiddenAsync();
    }

    [Fact]
    public async Task SkipLink_FirstTab_LeadsToTheContent()
    {
        var page = await pages.OpenAsync("/crashes");

        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "To the content" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator("main#main")).ToBeFocusedAsync();
    }
}

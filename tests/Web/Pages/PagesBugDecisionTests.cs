using Deque.AxeCore.Playwright;
using Mayday.Protocol;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Mayday.Web.Tests.Pages;

/// <summary>Merging bugs and taking signatures out again, on the bug's page.</summary>
[Collection(PagesCollection.Name)]
public sealed class PagesBugDecisionTests(PagesFixture pages)
{
    [Fact]
    public async Task Bug_MergedByAddressThenSplit_TellsHowManyMovedAndBack()
    {
        var one = await BugAsync("decide_page_a", crashes: 2);
        var other = await BugAsync("decide_page_b", crashes: 1);
        var page = await pages.OpenAsync($"/bugs/{one}");

        await page.GetByRole(AriaRole.Button, new() { Name = "Merge into another…" }).ClickAsync();
        var form = page.Locator("form.decide");
        await Expect(form).ToContainTextAsync("2 crashes, and those to come, move there");
        await Expect(form.GetByLabel("Address or id of the other bug")).ToBeFocusedAsync();
        await form.GetByLabel("Address or id of the other bug").FillAsync(new Uri(pages.Address, $"/bugs/{other}").ToString());
        await form.GetByLabel("Why (kept with the decision)").FillAsync("one lock");
        await form.GetByRole(AriaRole.Button, new() { Name = "Merge", Exact = true }).ClickAsync();

        await Expect(page.Locator("p.note[role=status]")).ToContainTextAsync("2 crashes moved to the other bug");
        await Expect(page.Locator("dl.facts").First).ToContainTextAsync("into another bug");
        Assert.Equal(3, (await pages.Queries.Bugs.FindBugAsync(other, CancellationToken.None))!.CrashCount);

        await pages.GoAsync(page, $"/bugs/{other}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Split off " }).ClickAsync();
        await Expect(form).ToContainTextAsync("decide_page_a off: 2 crashes");
        await form.GetByRole(AriaRole.Button, new() { Name = "Split", Exact = true }).ClickAsync();

        await Expect(page.Locator("p.note[role=status]")).ToContainTextAsync("2 crashes moved to a bug of its own");
        Assert.Equal(1, (await pages.Queries.Bugs.FindBugAsync(other, CancellationToken.None))!.CrashCount);
        Assert.Equal(2, (await pages.Queries.Bugs.FindBugAsync(one, CancellationToken.None))!.CrashCount);
    }

    [Fact]
    public async Task Decision_WithTheKeyboardAlone_IsMadeOrLeft()
    {
        var one = await BugAsync("decide_page_c", crashes: 1);
        var other = await BugAsync("decide_page_d", crashes: 1);
        var page = await pages.OpenAsync($"/bugs/{one}");

        var ask = page.GetByRole(AriaRole.Button, new() { Name = "Merge into another…" });
        await ask.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#decide-bug")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("form.decide")).ToHaveCountAsync(0);
        Assert.Null((await pages.Queries.Bugs.FindBugAsync(one, CancellationToken.None))!.MergedInto);

        await ask.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#decide-bug")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(other.ToString());
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("p.note[role=status]")).ToContainTextAsync("1 crash moved to the other bug");
        Assert.Equal(other, (await pages.Queries.Bugs.FindBugAsync(one, CancellationToken.None))!.MergedInto);
    }

    [Fact]
    public async Task Mistakes_AreSaidAndChangeNothing()
    {
        var one = await BugAsync("decide_page_e", crashes: 1);
        var page = await pages.OpenAsync($"/bugs/{one}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Merge into another…" }).ClickAsync();
        var form = page.Locator("form.decide");
        foreach (var (typed, said) in new[] { ("nonsense", "That names no bug"), (one.ToString(), "That is this bug itself"), (Guid.CreateVersion7().ToString(), "No bug has that id") })
        {
            await form.GetByLabel("Address or id of the other bug").FillAsync(typed);
            await form.GetByRole(AriaRole.Button, new() { Name = "Merge", Exact = true }).ClickAsync();
            await Expect(form.GetByRole(AriaRole.Alert)).ToContainTextAsync(said);
        }

        Assert.Null((await pages.Queries.Bugs.FindBugAsync(one, CancellationToken.None))!.MergedInto);
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task OpenQuestion_IsCleanForAxeAndFitsTheScreen(int width, ColorScheme theme)
    {
        var one = await BugAsync("decide_page_f", crashes: 1);
        await BugAsync("decide_page_g", crashes: 1);
        var page = await pages.OpenAsync($"/bugs/{one}", width, theme);
        await page.GetByRole(AriaRole.Button, new() { Name = "Merge into another…" }).ClickAsync();
        await page.Locator("form.decide").WaitForAsync();
        if (Environment.GetEnvironmentVariable("MAYDAY_PICTURES") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"bug-decide-{width}.png"), FullPage = true });
        }

        var sideways = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(sideways <= 0, $"scrolls {sideways} pixels sideways at {width}");
        var axe = await page.RunAxe();
        Assert.True(axe.Violations.Length == 0, string.Join("; ", axe.Violations.Select(violation => $"{violation.Id}: {violation.Nodes[0].Html}")));
    }

    private async Task<Guid> BugAsync(string function, int crashes)
    {
        for (var i = 0; i < crashes; i++)
        {
            var log = $"<1>[    {i + 1}.000000] BUG: kernel NULL pointer dereference, address: 0000000000000020\n<4>[    {i + 1}.000100] RIP: 0010:{function}+0x1/0x20\n<4>[    {i + 1}.000200] Call Trace:\n<4>[    {i + 1}.000300]  {function}_caller+0x1/0x20\n<0>[    {i + 1}.000400] ---[ end trace 0000000000000000 ]---\n";
            await pages.Writer.WriteAsync([PageSeed.Dump(log, $"{function.Replace('_', '-')}-{i}", $"10.31.{function[^1] - 'a'}.{i + 1}", DateTimeOffset.UtcNow.AddDays(-1).AddMinutes(-i * 9), Transport.Http)], CancellationToken.None);
        }

        var (found, _) = await pages.Queries.Crashes.SliceCrashesAsync(new() { Function = function }, 0, 1, 10, CancellationToken.None);
        return found[0].BugId;
    }
}

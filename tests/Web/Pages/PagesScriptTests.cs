using Microsoft.Playwright;

namespace Mayday.Web.Tests.Pages;

[Collection(PagesCollection.Name)]
public sealed class PagesScriptTests(PagesFixture pages)
{
    [Fact]
    public async Task Script_IsServed_Whole()
    {
        using var client = new HttpClient { BaseAddress = pages.Address };

        var script = await client.GetStringAsync("/_framework/blazor.web.js");

        Assert.True(script.Length > 100_000, $"blazor.web.js has {script.Length} characters");
    }

    [Theory]
    [InlineData("/mayday.css", "--guilty")]
    [InlineData("/Mayday.Web.bundle.scp.css", ".rail")]
    [InlineData("/mayday.js", "setTheme")]
    [InlineData("/mud.css", "--mud-palette-primary")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css", ".mud-table")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.js", "mud")]
    [InlineData("/favicon.svg", "<svg")]
    public async Task Asset_OfTheDocument_IsServed(string path, string holds)
    {
        using var client = new HttpClient { BaseAddress = pages.Address };

        Assert.Contains(holds, await client.GetStringAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Circuit_Connects_OverWebSocket()
    {
        var page = await pages.NewPageAsync();
        var socket = new TaskCompletionSource<string>();
        page.WebSocket += (_, opened) => socket.TrySetResult(opened.Url);

        await pages.GoAsync(page, "/crashes");

        Assert.Contains("/_blazor", await socket.Task.WaitAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThemeSwitch_Clicked_ChangesThemeAndIsRemembered()
    {
        var page = await pages.OpenAsync("/crashes");

        await page.GetByRole(AriaRole.Button, new() { Name = "dark" }).ClickAsync();
        await page.Locator("html[data-theme=dark]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await pages.GoAsync(page, "/bugs");

        Assert.Equal("dark", await page.Locator("html").GetAttributeAsync("data-theme"));
        Assert.Equal("rgb(15, 18, 22)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }

    [Fact]
    public async Task Document_WithoutScript_ShowsTheCrashAllTheSame()
    {
        var (crashes, _) = await pages.Queries.Crashes.SliceCrashesAsync(new() { Function = "cm_null_read" }, 0, 1, 10, CancellationToken.None);
        using var client = new HttpClient { BaseAddress = pages.Address };

        var html = await client.GetStringAsync($"/crashes/{crashes[0].Id}");

        Assert.Contains("unable to handle kernel NULL pointer dereference", html, StringComparison.Ordinal);
        Assert.Contains("Call trace", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_OpensNothingOutsideItsOwnHost()
    {
        var page = await pages.NewPageAsync();
        var foreign = new List<string>();
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(pages.Address.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                foreign.Add(request.Url);
            }
        };

        await pages.GoAsync(page, "/");
        await pages.GoAsync(page, "/crashes");

        Assert.Empty(foreign);
    }
}

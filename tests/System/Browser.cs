using Microsoft.Playwright;

namespace Mayday.System.Tests;

/// <summary>Debian's Chromium, headless.</summary>
internal static class Browser
{
    private const string Chromium = "/usr/bin/chromium";

    public static string? WhyNot() => File.Exists(Chromium) ? null : "no /usr/bin/chromium on this machine (package chromium)";

    /// <summary>Opens <paramref name="address"/> and hands the page over once <paramref name="selector"/> shows.</summary>
    public static async Task ReadAsync(Uri address, string selector, Func<IPage, Task> read)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1440, Height = 1000 } });
        await page.GotoAsync(address.ToString());
        await page.WaitForSelectorAsync(selector, new() { Timeout = 30_000 });
        await read(page);
    }
}

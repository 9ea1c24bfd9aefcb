using Microsoft.Playwright;

namespace Mayday.Web.Tests.Pages;

/// <summary>What the browser is told not to do, and whether the pages live with it.</summary>
[Collection(PagesCollection.Name)]
public sealed class PagesSecurityTests(PagesFixture pages)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/crashes")]
    [InlineData("/nothing/here")]
    [InlineData("/mayday.js")]
    public async Task Answer_OfAnyKind_CarriesTheSecurityHeaders(string path)
    {
        using var client = new HttpClient { BaseAddress = pages.Address };

        using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        var directives = policy.Split(';', StringSplitOptions.TrimEntries);
        Assert.Contains("default-src 'self'", directives);
        Assert.Contains("script-src 'self'", directives);
        Assert.Contains("style-src-elem 'self'", directives);
        Assert.Contains("frame-ancestors 'none'", directives);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
    }

    [Fact]
    public async Task Answer_OfTheApi_MayDoNothingInABrowser()
    {
        using var client = new HttpClient { BaseAddress = pages.Address };

        using var answer = await client.GetAsync("/api/v1/crashes", TestContext.Current.CancellationToken);

        Assert.Equal("default-src 'none'; frame-ancestors 'none'; sandbox", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task EveryPage_BreaksNoRuleOfThePolicy()
    {
        var page = await pages.NewPageAsync();
        await page.AddInitScriptAsync(
            "window.broken = []; document.addEventListener('securitypolicyviolation', event => window.broken.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));");
        var failures = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
            {
                failures.Add(message.Text);
            }
        };
        foreach (var path in await PagePaths.AllAsync(pages))
        {
            await pages.GoAsync(page, path);
            await page.Locator("h1").First.WaitForAsync();
            await page.EvaluateAsync("mayday.drawn()");
            failures.AddRange((await page.EvaluateAsync<string[]>("window.broken")).Select(broken => $"{path}: {broken}"));
        }

        await page.GotoAsync(new Uri(pages.Address, "/api").ToString(), new() { WaitUntil = WaitUntilState.NetworkIdle });
        failures.AddRange((await page.EvaluateAsync<string[]>("window.broken")).Select(broken => $"/api: {broken}"));

        Assert.Empty(failures);
    }

    [Fact]
    public async Task InlineScript_PutIntoAPage_DoesNotRun()
    {
        var page = await pages.OpenAsync("/crashes");

        await page.EvaluateAsync(
            "() => { const script = document.createElement('script'); script.textContent = 'window.ran = true'; document.body.append(script); }");

        Assert.False(await page.EvaluateAsync<bool>("window.ran === true"));
    }
}

using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Mayday.Web.Tests.Pages;

[Collection(PagesCollection.Name)]
public sealed class PagesLookTests(PagesFixture pages)
{
    public static TheoryData<int, ColorScheme> Looks => new()
    {
        { 1440, ColorScheme.Light },
        { 1440, ColorScheme.Dark },
        { 390, ColorScheme.Light },
        { 390, ColorScheme.Dark },
    };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task EveryPage_IsCleanForAxeAndFitsTheScreen(int width, ColorScheme theme)
    {
        var page = await pages.NewPageAsync(width, theme);
        foreach (var path in await PagePaths.AllAsync(pages))
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
    public async Task Exposed_WithoutAccounts_WarnsOnThePage()
    {
        await using var postgres = await Mayday.Tests.Shared.PostgresFixture.CreateAsync();
        await using var app = PagesFixture.Build(postgres.ConnectionString, listen: "0.0.0.0:8080");
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        Assert.Contains("Anyone who reaches this address can read every crash.", await client.GetStringAsync("/crashes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmptyDatabase_EveryListSaysWhatToDo()
    {
        await using var postgres = await Mayday.Tests.Shared.PostgresFixture.CreateAsync();
        await using var app = PagesFixture.Build(postgres.ConnectionString);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        Assert.Contains("No crash has been received yet", await client.GetStringAsync("/crashes"), StringComparison.Ordinal);
        Assert.Contains("No bug yet", await client.GetStringAsync("/bugs"), StringComparison.Ordinal);
        Assert.Contains("No host has reported yet", await client.GetStringAsync("/hosts"), StringComparison.Ordinal);
        Assert.Contains("no collector has ever reported", await client.GetStringAsync("/ingest"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DatabaseAway_PageSaysSoInWords()
    {
        await using var app = PagesFixture.Build(ApiHost.NoPostgres);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        Assert.Contains("The database did not answer", await client.GetStringAsync("/crashes"), StringComparison.Ordinal);
    }
}

using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Tests.Shared;
using Microsoft.Playwright;

namespace Mayday.Web.Tests.Pages;

[Collection(PagesCollection.Name)]
public sealed class PagesStormTests(PagesFixture pages)
{
    [Fact]
    public async Task Storm_IsOneNoteAboveEverything_AndACrashWithoutItsLogSaysSo()
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        await using var app = PagesFixture.Build(postgres.ConnectionString);
        var now = DateTimeOffset.UtcNow;
        var written = await new CrashWriter(postgres.Source, TimeProvider.System, new ReservoirOptions { LogsPerBugAndHour = 10 }).WriteAsync(
            [.. Enumerable.Range(0, 150).Select(number => ApiDumps.Of($"web-{number}", now.AddMilliseconds(number), function: "storm_page"))], default);
        await app.StartAsync();
        var page = await pages.NewPageAsync();

        await page.GotoAsync(app.Urls.First());
        await Assertions.Expect(page.Locator(".storm")).ToContainTextAsync("on 150 machines since");
        await Assertions.Expect(page.Locator(".storm")).ToContainTextAsync("10 logs are kept whole, of 140 only the facts.");
        await page.GotoAsync($"{app.Urls.First()}/bugs");
        await Assertions.Expect(page.Locator(".storm")).ToHaveCountAsync(1);
        await page.GotoAsync($"{app.Urls.First()}/crashes/{written.First(dump => !dump.IsLogKept).CrashIds[0]}");
        await Assertions.Expect(page.GetByText("The log of this crash was not kept.")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#log")).ToHaveCountAsync(0);
    }
    [Fact]
    public async Task Storms_OfManyBugs_LeaveRoomForThePage()
    {
        await using var postgres = await PostgresFixture.CreateAsync();
        await using var app = PagesFixture.Build(postgres.ConnectionString);
        var now = DateTimeOffset.UtcNow;
        var writer = new CrashWriter(postgres.Source, TimeProvider.System);
        for (var bug = 0; bug < 5; bug++)
        {
            await writer.WriteAsync([.. Enumerable.Range(0, 120).Select(number => ApiDumps.Of($"web-{number}", now.AddMilliseconds(number + bug * 200), function: $"storm_{bug}"))], default);
        }

        await app.StartAsync();
        var page = await pages.NewPageAsync();

        await page.GotoAsync(app.Urls.First());
        await Assertions.Expect(page.Locator(".storm")).ToHaveCountAsync(3);
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "2 more storms within the hour" })).ToHaveAttributeAsync("href", "bugs?since=1h");
    }
}

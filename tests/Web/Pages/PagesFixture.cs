using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Mayday.Web.Tests.Pages;

/// <summary>A real Postgres with a seeded fleet, the pages on a real Kestrel, and Debian's Chromium; for all page tests together.</summary>
public sealed class PagesFixture : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    private static readonly string[] s_arguments =
        ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private PostgresFixture _postgres = null!;
    private WebApplication _app = null!;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private readonly List<IBrowserContext> _open = [];
    private string? _openFor;

    public Uri Address { get; private set; } = null!;

    public StoreQueries Queries => _app.Services.GetRequiredService<StoreQueries>();

    public CrashWriter Writer => _app.Services.GetRequiredService<CrashWriter>();

    public EventQueries Events => _app.Services.GetRequiredService<EventQueries>();

    public EventWriter EventWriter => _app.Services.GetRequiredService<EventWriter>();

    public IngestCounters Counters => _app.Services.GetRequiredService<IngestCounters>();

    public static string Capture(string name) => Path.Combine(AppContext.BaseDirectory, "Pages", "Captures", name);

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresFixture.CreateAsync();
        _app = Build(_postgres.ConnectionString);
        await PageSeed.FillAsync(Writer, [Capture("null_read.ext.jsonl"), Capture("softlockup_panic.ext.jsonl"), Capture("warn.ext.jsonl")], DateTimeOffset.UtcNow);
        await Counters.StartAsync("test/1", CancellationToken.None);
        await Counters.SaveAsync(
            "test/1",
            [
                new IngestCounter(IngestCounterNames.Received, "format=netoops", 4211),
                new IngestCounter(IngestCounterNames.Rejected, "reason=tooShort", 12),
            ],
            CancellationToken.None);
        await _app.StartAsync();
        Address = new Uri(_app.Urls.First());
        if (File.Exists(Chromium))
        {
            // Waits end when the page is ready; the bound is only for a machine that is busy with everything else.
            Assertions.SetDefaultExpectTimeout(60_000);
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = s_arguments });
        }
    }

    public static WebApplication Build(string connection, string listen = "127.0.0.1:0")
    {
        // Named, because under a test runner the entry assembly is not ours; the static assets are listed under this name.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = typeof(PagesFixture).Assembly.GetName().Name, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration["Web:Listen"] = listen;
        // Else files of a build are compressed anew for each answer, at level 0; a published program has them compressed well.
        builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        builder.Logging.ClearProviders();
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddMaydayStore(connection);
        builder.Services.AddMaydayWeb(builder.Configuration);
        var app = builder.Build();
        app.MapMaydayWeb();
        return app;
    }

    /// <summary>A page in a browser of its own cookies; the test is skipped where there is no Chromium.</summary>
    public async Task<IPage> NewPageAsync(int width = 1440, ColorScheme theme = ColorScheme.Light)
    {
        Assert.SkipWhen(_browser is null, $"no {Chromium} on this machine (package chromium)");
        await CloseEarlierAsync();
        var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = width < 800 ? 844 : 1000 },
            ColorScheme = theme,
            TimezoneId = "Asia/Kolkata",
        });
        context.SetDefaultTimeout(60_000);
        _open.Add(context);
        return await context.NewPageAsync();
    }

    /// <summary>Pages of tests that have ended would go on following the store, each with a circuit.</summary>
    private async Task CloseEarlierAsync()
    {
        var test = TestContext.Current.Test?.UniqueID;
        if (test != _openFor)
        {
            _openFor = test;
            foreach (var context in _open)
            {
                await context.CloseAsync();
            }

            _open.Clear();
        }
    }

    /// <summary>Opens a page and waits until its circuit has taken over.</summary>
    public async Task<IPage> OpenAsync(string path, int width = 1440, ColorScheme theme = ColorScheme.Light)
    {
        var page = await NewPageAsync(width, theme);
        await GoAsync(page, path);
        return page;
    }

    public async Task GoAsync(IPage page, string path)
    {
        await page.GotoAsync(new Uri(Address, path).ToString());
        await page.Locator("html[data-live]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        await _app.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class PagesCollection : ICollectionFixture<PagesFixture>
{
    public const string Name = "Pages in a browser";
}

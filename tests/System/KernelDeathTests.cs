using System.Text.Json;
using Microsoft.Playwright;

namespace Mayday.System.Tests;

/// <summary>Nothing mocked: a real kernel dies in QEMU, and a person finds out why.</summary>
[Trait("Tier", "kernel")]
public sealed class KernelDeathTests(KernelDeathTests.Collecting collecting) : IClassFixture<KernelDeathTests.Collecting>
{
    [Theory]
    [InlineData(true, "sysrq", "sysrq triggered crash", "netconsole")]
    [InlineData(false, "sysrq", "sysrq triggered crash", "netconsole-basic")]
    [InlineData(true, "init", "Attempted to kill init!", "netconsole")]
    public async Task DyingKernel_OverNetconsole_IsOnThePageWithItsCause(bool extended, string death, string panic, string transport)
    {
        Assert.SkipUnless(QemuGuest.WhyNot() is null, QemuGuest.WhyNot() ?? "");
        var cancellation = TestContext.Current.CancellationToken;
        using var api = new RestApi(collecting.Mayday.Page);
        var before = (await api.ListAsync($"/crashes?transport={transport}", cancellation)).Select(Id).ToHashSet();

        var serial = await QemuGuest.RunAsync(extended, collecting.Mayday.Netconsole, death, cancellation);
        Assert.Contains($"Kernel panic - not syncing: {panic}", serial);

        // An emulated kernel on a busy machine may stall as well, and truly says so: that is another crash of the same dump.
        var kind = death == "init" ? "initKilled" : "panic";
        var list = $"/crashes?transport={transport}&kind={kind}";
        var crashes = await api.WaitForAsync(list, all => all.Any(crash => !before.Contains(Id(crash))), cancellation);
        var item = Assert.Single(crashes, crash => !before.Contains(Id(crash)));
        Assert.Contains(panic.TrimEnd('!'), item.GetProperty("title").GetString());
        Assert.Equal(kind, item.GetProperty("kind").GetString());
        Assert.True(item.GetProperty("fatal").GetBoolean());
        Assert.Equal(QemuGuest.Release, item.GetProperty("kernelRelease").GetString());
        Assert.Equal("127.0.0.1", item.GetProperty("host").GetString());
        if (death == "sysrq")
        {
            Assert.Equal("sysrq_handle_crash", item.GetProperty("function").GetString());
        }

        // Basic netconsole has no sequence: nobody can tell whether something is missing, and Mayday says so.
        Assert.Equal(extended ? JsonValueKind.True : JsonValueKind.Null, item.GetProperty("complete").ValueKind);

        var log = await api.GetTextAsync($"/crashes/{Id(item)}/log", cancellation);
        Assert.Contains("mayday system test says goodbye", log);
        Assert.Contains($"Kernel panic - not syncing: {panic}", log);

        Assert.SkipUnless(Browser.WhyNot() is null, Browser.WhyNot() ?? "");
        await Browser.ReadAsync(new Uri(collecting.Mayday.Page, $"/crashes/{Id(item)}"), "h1", async page =>
        {
            // On a busy machine the circuit may come late and read the page once more: waited for, not looked at once.
            await Shows(page, "h1", panic.TrimEnd('!'));
            await Shows(page, "main", "127.0.0.1");
            await Shows(page, "main", QemuGuest.Release);
            await Shows(page, "main", "Call trace");
            await Shows(page, "main", "panic");
        });
    }

    private static Task Shows(IPage page, string where, string text) =>
        Assertions.Expect(page.Locator(where)).ToContainTextAsync(text, new() { Timeout = 60_000 });

    private static string Id(JsonElement crash) => crash.GetProperty("id").GetString()!;

    /// <summary>One running Mayday for all deaths.</summary>
    public sealed class Collecting : IAsyncLifetime
    {
        internal RunningMayday Mayday { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Mayday = await RunningMayday.StartAsync(RunningMayday.NewDataDirectory(), CancellationToken.None);

        public async ValueTask DisposeAsync()
        {
            if (Mayday is not null)
            {
                await Mayday.DisposeAsync();
                Directory.Delete(Mayday.Data, recursive: true);
            }
        }
    }
}

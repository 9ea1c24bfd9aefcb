using System.Text;
using Mayday.Tests.Shared;

namespace Mayday.System.Tests;

/// <summary>What a person may do to the program: stop it, kill it, start it twice.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task Up_KilledWithoutWarning_StartsAgainWithAllItHad()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = RunningMayday.NewDataDirectory();
        try
        {
            await using (var first = await RunningMayday.StartAsync(data, cancellation))
            {
                await PostAsync(first.Page, "web-1", "first", cancellation);
                await first.KillAsync(cancellation);
            }

            await using var second = await RunningMayday.StartAsync(data, cancellation);
            using var api = new RestApi(second.Page);
            var kept = Assert.Single(await api.ListAsync("/crashes", cancellation));
            Assert.Equal("web-1", kept.GetProperty("host").GetString());

            await PostAsync(second.Page, "web-2", "second", cancellation);
            Assert.Equal(2, (await api.ListAsync("/crashes", cancellation)).Count);
            Assert.Equal(0, await second.InterruptAsync(cancellation));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task Up_Interrupted_LeavesNoServerBehind()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = RunningMayday.NewDataDirectory();
        try
        {
            await using var mayday = await RunningMayday.StartAsync(data, cancellation);
            var postmaster = Directory.GetFiles(data, "postmaster.pid", SearchOption.AllDirectories).Single();
            var pid = (await File.ReadAllLinesAsync(postmaster, cancellation))[0];

            Assert.Equal(0, await mayday.InterruptAsync(cancellation));

            Assert.False(File.Exists(postmaster));
            Assert.False(Runs(pid), $"process {pid} still runs");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task Up_OnADirectoryInUse_IsRefusedInPlainWords()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = RunningMayday.NewDataDirectory();
        try
        {
            await using var mayday = await RunningMayday.StartAsync(data, cancellation);
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => RunningMayday.StartAsync(data, cancellation));
            Assert.Contains("Another mayday", refused.Message);
            Assert.DoesNotContain("   at ", refused.Message);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task Up_OnceWithTheClockAHundredDaysAhead_LosesNoCrash()
    {
        var library = Directory.Exists("/usr/lib") ? Directory.GetDirectories("/usr/lib", "*-linux-gnu")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists) : null;
        Assert.SkipWhen(library is null, "needs the Debian package faketime");
        var cancellation = TestContext.Current.CancellationToken;
        var data = RunningMayday.NewDataDirectory();
        try
        {
            await using (var right = await RunningMayday.StartAsync(data, cancellation))
            {
                await PostAsync(right.Page, "web-1", "kept", cancellation);
                Assert.Equal(0, await right.InterruptAsync(cancellation));
            }

            await using (var ahead = await RunningMayday.StartAheadAsync(data, days: 100, library!, cancellation))
            {
                // The first round of maintenance is over, and knew that it may not delete.
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                patience.CancelAfter(Patience.Bound);
                while (await HeldAsync(ahead.Page, patience.Token) != "1")
                {
                    await Task.Delay(50, patience.Token);
                }

                Assert.Equal(0, await ahead.InterruptAsync(cancellation));
            }

            await using var again = await RunningMayday.StartAsync(data, cancellation);
            using var api = new RestApi(again.Page);
            Assert.Equal("web-1", Assert.Single(await api.ListAsync("/crashes", cancellation)).GetProperty("host").GetString());
            Assert.Equal(0, await again.InterruptAsync(cancellation));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>What the metric says: 1 while nothing old is deleted.</summary>
    private static async Task<string?> HeldAsync(Uri page, CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = page };
        var metrics = await client.GetStringAsync("/metrics", cancellation);
        return metrics.Split('\n').Select(line => line.Split(' ')).FirstOrDefault(words => words[0] == "mayday_store_retention_held")?[1];
    }

    /// <summary>A process that ended and whose parent has not yet asked for it (a zombie) does not run.</summary>
    private static bool Runs(string pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task PostAsync(Uri page, string host, string marker, CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = page };
        var log = $"""
            <1>[   12.345678] BUG: kernel NULL pointer dereference, address: 0000000000000018
            <4>[   12.345700] Oops: 0000 [#1] PREEMPT SMP NOPTI
            <4>[   12.345710] CPU: 0 PID: 125 Comm: {marker} Not tainted 6.1.0-56-amd64 #1
            <4>[   12.345720] RIP: 0010:{marker}_read+0x5/0x20
            <4>[   12.345730] Call Trace:
            <4>[   12.345740]  <TASK>
            <4>[   12.345750]  {marker}_outer+0xc/0x20
            <4>[   12.345760]  vfs_write+0xc7/0x3f0
            <4>[   12.345770]  </TASK>
            <4>[   12.345780] ---[ end trace 0000000000000000 ]---

            """;
        using var answer = await client.PostAsync($"/api/v1/dumps?host={host}", new StringContent(log, Encoding.UTF8, "text/plain"), cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellation));
    }
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Mayday.System.Tests;

/// <summary><c>mayday events</c> against the program itself: what a person types, and what comes back.</summary>
public sealed class EventsCommandTests
{
    [Fact]
    public async Task Events_AskedForOnTheCommandLine_ComeAsLinesAndMistakesAreShownWhereTheyAre()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = RunningMayday.NewDataDirectory();
        try
        {
            await using var mayday = await RunningMayday.StartAsync(data, cancellation);
            using var client = new HttpClient { BaseAddress = mayday.Page };
            using var body = new StringContent(
                """{"events":[{"facility":"e1000","severity":"err","format":"%s: port %d \u001b[31m","args":["eth0",3]},{"facility":"ata","severity":"info","text":"ready"}]}""",
                Encoding.UTF8,
                "application/json");
            using var taken = await client.PostAsync("/api/v1/events?host=web-1", body, cancellation);
            Assert.True(taken.IsSuccessStatusCode, await taken.Content.ReadAsStringAsync(cancellation));
            var url = mayday.Page.ToString();

            var (all, _, done) = await RunAsync(cancellation, "events", "--url", url);
            var (json, _, _) = await RunAsync(cancellation, "events", "--url", url, "--filter", "severity <= err && arg2 > 2", "--host", "web-*", "--json");
            var (_, wrong, misused) = await RunAsync(cancellation, "events", "--url", url, "--filter", "severity <= err && nosuch = 1");
            var (_, silent, failed) = await RunAsync(cancellation, "events", "--url", "http://127.0.0.1:1");

            Assert.Equal(0, done);
            var lines = all.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(2, lines.Length);
            Assert.EndsWith(@" web-1 e1000 err eth0: port 3 \u001b[31m", lines[0], StringComparison.Ordinal);
            Assert.EndsWith(" web-1 ata info ready", lines[1], StringComparison.Ordinal);
            Assert.Equal("e1000", JsonDocument.Parse(Assert.Single(json.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement.GetProperty("facility").GetString());
            Assert.Equal(2, misused);
            Assert.Contains("\n  severity <= err && nosuch = 1\n                     ^", wrong, StringComparison.Ordinal);
            Assert.Equal(1, failed);
            Assert.Contains("does not answer", silent, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<(string Output, string Errors, int Code)> RunAsync(CancellationToken cancellation, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Repository.Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation).WaitAsync(TimeSpan.FromMinutes(5), cancellation);
        return (await output, await errors, process.ExitCode);
    }
}

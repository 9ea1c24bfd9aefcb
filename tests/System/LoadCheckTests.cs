using System.Diagnostics;
using System.Text.Json;

namespace Mayday.System.Tests;

/// <summary><c>mayday load loss --check</c> against the whole program: what a bad network took is what each host's page says.</summary>
public sealed class LoadCheckTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Loss_ReorderAndDuplicates_AreReportedPerHostExactlyAsInjected()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = RunningMayday.NewDataDirectory();
        try
        {
            await using var mayday = await RunningMayday.StartAsync(data, cancellation);
            var seed = Random.Shared.Next();
            output.WriteLine($"seed {seed}");
            var start = new ProcessStartInfo(Repository.Program) { RedirectStandardOutput = true };
            string[] words =
            [
                "load", "loss", "--netoops", $"{mayday.Netoops}", "--netconsole", $"{mayday.Netconsole}", "--hosts", "60", "--rate", "2000", "--crash-rate", "20",
                "--duration", "8s", "--patience", "3m", "--seed", $"{seed}", "--check", mayday.Page.ToString(), "--json",
            ];
            foreach (var word in words)
            {
                start.ArgumentList.Add(word);
            }

            using var load = Process.Start(start)!;
            var text = await load.StandardOutput.ReadToEndAsync(cancellation);
            await load.WaitForExitAsync(cancellation);
            using var report = JsonDocument.Parse(text);
            Assert.True(report.RootElement.GetProperty("lost").GetInt64() > 100, text);
            var comparisons = report.RootElement.GetProperty("check").EnumerateArray().ToArray();

            // Of each format the accounts of twenty machines were compared, or the check would say nothing.
            foreach (var format in new[] { "netoops", "netconsole", "netconsole-basic" })
            {
                Assert.Contains(comparisons, comparison => comparison.GetProperty("what").GetString() == $"accounts that are wrong, of 20 {format} machines");
            }

            Assert.All(comparisons, comparison => Assert.False(comparison.GetProperty("differs").GetBoolean(), comparison.ToString()));
            Assert.Equal(0, load.ExitCode);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}

using System.Text;
using System.Text.Json;

namespace Mayday.System.Tests;

/// <summary>The agent on this machine's own kernel log, the program behind it, and both stopped and killed in between.</summary>
public sealed class AgentTests
{
    [Fact]
    public async Task Agent_RecordsOfThisMachinesKernelLog_AreOverRestEachOnce()
    {
        if (WhyNot() is { } reason)
        {
            Assert.Skip(reason);
        }

        var cancellation = TestContext.Current.CancellationToken;
        var data = RunningMayday.NewDataDirectory();
        var spool = RunningMayday.NewDataDirectory();
        // A word of this run's own: the log holds those of earlier ones.
        var word = "mayday-" + Guid.NewGuid().ToString("N")[..12];
        try
        {
            await using (var mayday = await RunningMayday.StartAsync(data, cancellation))
            {
                using var api = new RestApi(mayday.Page);
                Print(word, 1);
                await using (var agent = RunningAgent.Start(mayday.Page, "agent-host", spool))
                {
                    // What stood in the log before, and what is printed while it runs.
                    await SeenAsync(api, agent, word, 1, cancellation);
                    Print(word, 2);
                    await SeenAsync(api, agent, word, 2, cancellation);
                    Print(word, 3);
                    await agent.KillAsync(cancellation);
                }

                Print(word, 4);
                await using (var again = RunningAgent.Start(mayday.Page, "agent-host", spool))
                {
                    await SeenAsync(api, again, word, 4, cancellation);
                    Assert.Equal(0, await mayday.InterruptAsync(cancellation));
                    Print(word, 5);
                    // The agent ends while nobody takes events.
                    Assert.Equal(0, await again.TerminateAsync(cancellation));
                }

                Print(word, 6);
            }

            await using var second = await RunningMayday.StartAsync(data, cancellation);
            using var restarted = new RestApi(second.Page);
            await using var last = RunningAgent.Start(second.Page, "agent-host", spool);
            var events = await SeenAsync(restarted, last, word, 6, cancellation);
            Assert.Equal(Enumerable.Range(1, 6).Select(number => $"{word} {number}"), events.Select(one => one.GetProperty("text").GetString()).Order());
            var first = events[0];
            Assert.Equal(("agent-host", "user", "err", "http"),
                (first.GetProperty("host").GetString(), first.GetProperty("facility").GetString(), first.GetProperty("severity").GetString(), first.GetProperty("transport").GetString()));
            Assert.Equal(0, await last.TerminateAsync(cancellation));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
            Directory.Delete(spool, recursive: true);
        }
    }

    private static async Task<List<JsonElement>> SeenAsync(RestApi api, RunningAgent agent, string word, int count, CancellationToken cancellation)
    {
        var filter = Uri.EscapeDataString($"text contains \"{word}\"");
        var seen = await api.WaitForAsync($"/events?filter={filter}", items => items.Count >= count, cancellation);
        Assert.True(seen.Count == count, $"{seen.Count} of {count} events are there. The agent says:\n{agent.Output}");
        return seen;
    }

    // Facility user, severity err: what the kernel allows user space. A record that does not end its line stays open, and unseen, until the next one comes.
    private static void Print(string word, int number)
    {
        using var kmsg = new FileStream("/dev/kmsg", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        kmsg.Write(Encoding.ASCII.GetBytes($"<3>{word} {number}\n"));
    }

    private static string? WhyNot()
    {
        try
        {
            using var kmsg = new FileStream("/dev/kmsg", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            return null;
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return $"/dev/kmsg cannot be read and written by this user: {denied.Message}";
        }
    }
}

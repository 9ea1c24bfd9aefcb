using System.Text;
using Mayday.Agent.Forwarding;
using Mayday.Protocol;
using Mayday.Tests.Shared;

namespace Mayday.Agent.Tests.Forwarding;

public sealed class DumpHandInTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mayday-handin-").FullName;
    private readonly ManualClock _clock = new();
    private readonly List<AgentNotice> _notices = [];

    private string StateFile => Path.Combine(_folder, "handed-in");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private DumpHandIn Over(CollectorClient client) => new(client, StateFile, [Path.Combine(_folder, "pstore")], _clock, new Random(1), notice =>
    {
        lock (_notices)
        {
            _notices.Add(notice);
        }
    });

    private async Task WriteDumpAsync(string name, string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "pstore", name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "dmesg-efi-170000000001001"), text);
    }

    [Fact]
    public async Task Run_SomebodyElseAnswers_DumpIsNotMarkedAsHandedIn()
    {
        await using var collector = await ListeningCollector.StartAsync();
        collector.Next = () => Behaviour.Page;
        await WriteDumpAsync("1", "Panic#1 Part1\n<4>a\n");
        using var client = new CollectorClient(new Uri(collector.Url), "web-1", null, TimeSpan.FromMinutes(2), _clock);
        using var stop = new CancellationTokenSource();
        var running = Over(client).RunAsync(stop.Token);
        await Patience.UntilAsync(() => collector.Requests >= 3, "three attempts", () => _clock.Advance(TimeSpan.FromSeconds(10)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.False(File.Exists(StateFile));
        lock (_notices)
        {
            var told = Assert.Single(_notices);
            Assert.Equal(Severity.Warning, told.Severity);
            Assert.Contains($"{collector.Url}/api/v1/dumps did not answer as a Mayday collector does: HTTP 200, \"<html>", told.Text);
        }

        // The next start finds it again, and this time the collector answers.
        collector.Next = () => Behaviour.Answer;
        await Over(client).RunAsync(CancellationToken.None);

        Assert.Equal("<4>a\n", Encoding.UTF8.GetString(Assert.Single(collector.Dumps).Body));
        Assert.Single(await File.ReadAllLinesAsync(StateFile));
    }

    [Fact]
    public async Task Run_DumpThatAlwaysMakesTheCollectorFail_DoesNotHoldUpTheOthers()
    {
        await using var collector = await ListeningCollector.StartAsync();
        await WriteDumpAsync("1", "Panic#1 Part1\n<4>a\n");
        await WriteDumpAsync("2", "Panic#1 Part1\n<4>b\n");
        await WriteDumpAsync("3", "Panic#1 Part1\n<4>c\n");
        var isFirst = true;
        collector.Next = () =>
        {
            var now = isFirst ? Behaviour.Fail : Behaviour.Answer;
            isFirst = false;
            return now;
        };
        using var client = new CollectorClient(new Uri(collector.Url), "web-1", null, TimeSpan.FromMinutes(2), _clock);
        var running = Over(client).RunAsync(CancellationToken.None);
        await Patience.UntilAsync(() => running.IsCompleted, "all handed in", () => _clock.Advance(TimeSpan.FromSeconds(10)));
        await running;

        Assert.Equal(4, collector.Requests);
        Assert.Equal(["<4>a\n", "<4>b\n", "<4>c\n"], collector.Dumps.Select(dump => Encoding.UTF8.GetString(dump.Body)).Order(StringComparer.Ordinal));
        Assert.Equal(3, (await File.ReadAllLinesAsync(StateFile)).Length);
    }
}

using Mayday.Analysis;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

/// <summary>Bugs that may be one bug under two names.</summary>
public sealed class SimilarBugTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    // Each report has a printk time of its own: the same time and line would be one crash.
    private static int s_time = 100;

    private readonly CrashWriter _writer = new(postgres.Source, TimeProvider.System);
    private readonly StoreQueries _queries = new(postgres.Source, TimeProvider.System);

    [Fact]
    public async Task FindSimilarBugs_SharedStack_IsFirstAndStrangersAreLeftOut()
    {
        await WriteAsync("ring_read", "ring_read", "ring_poll", "drv_ioctl", "drv_open");
        await WriteAsync("ring_write", "ring_write", "ring_poll", "drv_ioctl", "drv_open");
        await WriteAsync("ring_flush", "ring_flush", "elsewhere", "drv_ioctl", "unrelated");
        await WriteAsync("stranger", CrashKind.HungTask, CrashClass.Hang, "stranger", "jbd2_wait", "jbd2_commit");
        var bug = await BugOfAsync("ring_read");

        var similar = await _queries.Bugs.FindSimilarBugsAsync(bug, default);

        Assert.NotNull(similar);
        Assert.Equal("ring_write", similar[0].Bug.Function);
        Assert.True(similar.Zip(similar.Skip(1)).All(pair => pair.First.Score >= pair.Second.Score));
        Assert.DoesNotContain(similar, other => other.Bug.Id == bug);
        Assert.DoesNotContain(similar, other => other.Bug.Function == "stranger");
        Assert.All(similar, other => Assert.InRange(other.Score, 0.25, 1));
    }

    [Fact]
    public async Task FindSimilarBugs_ManyAlike_GivesFive()
    {
        for (var i = 0; i < 9; i++)
        {
            await WriteAsync($"alike{i}", $"alike{i}", "alike_common", "alike_caller", "alike_entry");
        }

        Assert.Equal(5, (await _queries.Bugs.FindSimilarBugsAsync(await BugOfAsync("alike3"), default))!.Count);
    }

    [Fact]
    public async Task FindSimilarBugs_UnknownBug_IsNull() => Assert.Null(await _queries.Bugs.FindSimilarBugsAsync(Guid.NewGuid(), default));

    private Task<IReadOnlyList<WrittenDump>> WriteAsync(string function, params string[] frames) => WriteAsync(function, CrashKind.NullPointer, CrashClass.BadAccess, frames);

    private Task<IReadOnlyList<WrittenDump>> WriteAsync(string function, CrashKind kind, CrashClass type, params string[] frames) => _writer.WriteAsync(
        [
            Some.Dump("10.9.0.1", "similar", crashes: Some.Crash(function, time: Interlocked.Increment(ref s_time), kind) with
            {
                Class = type,
                Frames = [.. frames.Select(name => new StackFrame(name, 0x16, 0x40, "crashme", IsReliable: true))],
            }),
        ],
        default);

    private async Task<Guid> BugOfAsync(string function) =>
        Assert.Single((await _queries.Bugs.ListBugsAsync(new BugFilter { Function = function }, new PageRequest(), default)).Items).Id;
}

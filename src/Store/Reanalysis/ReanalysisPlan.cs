using Npgsql;

namespace Mayday.Store.Reanalysis;

/// <summary>A bug before or after a reanalysis, and the number of its crashes that are affected.</summary>
/// <param name="BugId">Null for a bug that the reanalysis would create.</param>
/// <param name="SignatureHash">Its signature.</param>
/// <param name="Title">Its title: the old one in <see cref="BugChange.From"/>, the new one in <see cref="BugChange.To"/>.</param>
/// <param name="Crashes">Number of crashes that take this path.</param>
public sealed record BugShare(Guid? BugId, string SignatureHash, string Title, long Crashes);

/// <summary>One change that a reanalysis makes to bugs.</summary>
/// <param name="Change">"rename", "merge" (several become one), "split" (one becomes several), "appear" or "vanish".</param>
/// <param name="Crashes">Number of crashes affected.</param>
/// <param name="From">The bugs before the change.</param>
/// <param name="To">The bugs after the change.</param>
public sealed record BugChange(string Change, long Crashes, IReadOnlyList<BugShare> From, IReadOnlyList<BugShare> To);

/// <summary>Sums up what a reanalysis does (or would do) to each crash and describes it as changes to bugs.</summary>
public sealed class ReanalysisPlan
{
    private sealed record Named(string Hash, string Title);

    private readonly Dictionary<Guid, (Named Named, long Crashes)> _before = [];
    private readonly Dictionary<Guid, Named> _after = [];
    private readonly Dictionary<string, Guid> _unmade = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, (Guid? From, Guid? To)> _moves = [];
    private readonly Dictionary<string, Guid> _carried = new(StringComparer.Ordinal);

    /// <summary>Loads the bugs as they are now.</summary>
    public static async Task<ReanalysisPlan> BeginAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        var plan = new ReanalysisPlan();
        using var command = source.CreateCommand("SELECT id, signature_hash, title, crash_count FROM bug");
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                plan._before[reader.GetGuid(0)] = (new Named(reader.GetString(1), reader.GetString(2)), reader.GetInt64(3));
            }
        }

        return plan;
    }

    /// <summary>Decisions that a dry run would have carried to a new signature.</summary>
    internal IReadOnlyDictionary<string, Guid> Carried => _carried;

    internal void Carry(string hash, Guid bug) => _carried[hash] = bug;

    /// <summary>A placeholder id for a bug that a dry run does not create.</summary>
    internal Guid Unmade(string hash) => _unmade.TryGetValue(hash, out var bug) ? bug : _unmade[hash] = Guid.NewGuid();

    /// <param name="crash">An old or new crash.</param>
    /// <param name="from">Its old bug; null for a new crash.</param>
    /// <param name="to">Its new bug; null for a removed crash.</param>
    internal void Move(Guid crash, Guid? from, Guid? to)
    {
        if (from != to)
        {
            _moves[crash] = (_moves.TryGetValue(crash, out var earlier) ? earlier.From : from, to);
        }
    }

    /// <summary>Records the new signature and title of <paramref name="bug"/>, taken from a report with the bug's own signature.</summary>
    internal void Name(Guid bug, string? oldHash, string hash, string title)
    {
        var known = _after.TryGetValue(bug, out var named) || (_before.TryGetValue(bug, out var was) && (named = was.Named) is not null);
        if (!known || named!.Hash == hash || named.Hash == oldHash)
        {
            _after[bug] = new Named(hash, title);
        }
    }

    public IReadOnlyList<BugChange> Changes()
    {
        var flows = _moves.Values.Where(move => move.From != move.To).GroupBy(move => move).Select(group => (group.Key.From, group.Key.To, Crashes: group.LongCount())).ToArray();
        var changes = new List<BugChange>();
        foreach (var group in flows.Where(flow => flow.From is not null).GroupBy(flow => flow.From!.Value))
        {
            var stays = Stays(group.Key, flows);
            var to = group.Where(flow => flow.To is not null).Select(flow => After(flow.To!.Value, flow.Crashes)).ToList();
            if (to.Count + (stays > 0 ? 1 : 0) > 1)
            {
                changes.Add(Change("split", [Before(group.Key, to.Sum(share => share.Crashes) + stays)], stays > 0 ? [After(group.Key, stays), .. to] : to));
            }
            else if (to.Count == 0 && stays == 0)
            {
                changes.Add(Change("vanish", [Before(group.Key, group.Sum(flow => flow.Crashes))], []));
            }
            else if (to.Count == 1 && Sources(group.Single(flow => flow.To is not null).To!.Value, flows) == 1)
            {
                changes.Add(Change("rename", [Before(group.Key, to[0].Crashes)], to));
            }
        }

        foreach (var group in flows.Where(flow => flow.To is not null).GroupBy(flow => flow.To!.Value))
        {
            var stays = Stays(group.Key, flows);
            var from = group.Where(flow => flow.From is not null).Select(flow => Before(flow.From!.Value, flow.Crashes)).ToList();
            if (from.Count + (stays > 0 ? 1 : 0) > 1)
            {
                changes.Add(Change("merge", stays > 0 ? [Before(group.Key, stays), .. from] : from, [After(group.Key, from.Sum(share => share.Crashes) + stays)]));
            }
            else if (from.Count == 0 && stays == 0)
            {
                changes.Add(Change("appear", [], [After(group.Key, group.Sum(flow => flow.Crashes))]));
            }
        }

        foreach (var (bug, named) in _after)
        {
            var stays = Stays(bug, flows);
            if (stays > 0 && _before[bug].Named.Title != named.Title)
            {
                changes.Add(Change("rename", [Before(bug, stays)], [After(bug, stays)]));
            }
        }

        return [.. changes.OrderByDescending(change => change.Crashes).ThenBy(change => change.Change, StringComparer.Ordinal)
            .ThenBy(change => (change.From.Count > 0 ? change.From : change.To)[0].Title, StringComparer.Ordinal)];
    }

    private static BugChange Change(string change, IReadOnlyList<BugShare> from, IReadOnlyList<BugShare> to) =>
        new(change, Math.Max(from.Sum(share => share.Crashes), to.Sum(share => share.Crashes)), Sorted(from), Sorted(to));

    private static BugShare[] Sorted(IEnumerable<BugShare> shares) => [.. shares.OrderByDescending(share => share.Crashes).ThenBy(share => share.SignatureHash, StringComparer.Ordinal)];

    private long Stays(Guid bug, (Guid? From, Guid? To, long Crashes)[] flows) =>
        (_before.TryGetValue(bug, out var was) ? was.Crashes : 0) - flows.Where(flow => flow.From == bug).Sum(flow => flow.Crashes);

    private int Sources(Guid bug, (Guid? From, Guid? To, long Crashes)[] flows) =>
        flows.Count(flow => flow.To == bug && flow.From is not null) + (Stays(bug, flows) > 0 ? 1 : 0);

    private BugShare Before(Guid bug, long crashes) => _before.TryGetValue(bug, out var was)
        ? new BugShare(bug, was.Named.Hash, was.Named.Title, crashes)
        : After(bug, crashes);

    private BugShare After(Guid bug, long crashes)
    {
        var named = _after.TryGetValue(bug, out var now) ? now : _before[bug].Named;
        return new BugShare(_before.ContainsKey(bug) ? bug : null, named.Hash, named.Title, crashes);
    }
}

using Mayday.Analysis;
using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;

namespace Mayday.Web.Live;

/// <summary>How many bugs there are of one kind.</summary>
public sealed record KindFacet(CrashKind Kind, long Bugs);

/// <summary>The numbers beside a list. Counted by the store, kind by kind; read for all circuits together.</summary>
public sealed class Facets(StoreQueries queries, TimeProvider time) : IDisposable
{
    /// <summary>A new bug is rare; its number beside the list may be a few seconds late.</summary>
    private static readonly TimeSpan s_freshness = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private (DateTimeOffset At, IReadOnlyList<KindFacet> Kinds)? _latest;

    /// <summary>Kinds that have bugs, most first.</summary>
    public async Task<IReadOnlyList<KindFacet>> BugsByKindAsync(CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            var now = time.GetUtcNow();
            if (_latest is { } latest && now - latest.At < s_freshness)
            {
                return latest.Kinds;
            }

            var kinds = new List<KindFacet>();
            foreach (var kind in Enum.GetValues<CrashKind>())
            {
                var (_, bugs) = await queries.Bugs.SliceBugsAsync(new BugFilter { Kind = kind }, 0, 1, cancellation);
                if (bugs > 0)
                {
                    kinds.Add(new KindFacet(kind, bugs));
                }
            }

            kinds.Sort((one, other) => other.Bugs.CompareTo(one.Bugs));
            _latest = (now, kinds);
            return kinds;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();
}

using System.Net;
using Mayday.Collector.Receive;
using Mayday.Store;

namespace Mayday.Collector.Loss;

/// <summary>One sender's steps since the last handing over.</summary>
internal readonly record struct LossStep(IPAddress? Address, Transport Transport, LossCounts Counts);

/// <summary>
/// A shard's accounts of what came and what did not. Tallies that changed are listed, and once a second handed to whoever saves them; one
/// that nobody took yet stays open and goes on counting. Nothing here waits, and no lock is taken.
/// </summary>
internal sealed class LossLedger(int maxListed, ShardCounters counters)
{
    private const long HandOverAgain = 1_000_000;

    private readonly List<LossTally> _listed = [];
    private readonly Dictionary<Transport, LossTally> _others = [];
    private LossStep[]? _handed;
    private long _lastHandOver;

    /// <summary>To be called whenever a tally was changed.</summary>
    public void Note(LossTally tally)
    {
        if (!tally.IsListed)
        {
            List(tally);
        }
    }

    /// <summary>Steps of a sender that keeps no tally (a netoops dump is accounted for once, at its end).</summary>
    public void Add(in SourceEndPoint source, Transport transport, in LossCounts counts) => Note(new LossTally(source, transport) { Counts = counts });

    /// <summary>Hands over what changed, at most once a second and only when the last was taken.</summary>
    public void HandOver(Moment now)
    {
        if (now.Monotonic - _lastHandOver < HandOverAgain || (_listed.Count == 0 && _others.Count == 0) || Volatile.Read(ref _handed) is not null)
        {
            return;
        }

        _lastHandOver = now.Monotonic;
        Volatile.Write(ref _handed, Close([]));
    }

    /// <summary>Hands over everything: the process ends.</summary>
    public void Flush() => Volatile.Write(ref _handed, Close(Interlocked.Exchange(ref _handed, null) ?? []));

    /// <summary>What was handed over; for one taker, on any thread.</summary>
    public LossStep[] Take() => Interlocked.Exchange(ref _handed, null) ?? [];

    private void List(LossTally tally)
    {
        if (_listed.Count < maxListed)
        {
            tally.IsListed = true;
            _listed.Add(tally);
            return;
        }

        // More senders in a second than anybody can save: they are accounted for together, and that they were is counted.
        counters.Evicted(EvictedTable.Loss);
        if (!_others.TryGetValue(tally.Transport, out var others))
        {
            _others.Add(tally.Transport, others = new LossTally(default, tally.Transport));
        }

        others.Counts.Add(tally.Counts);
        tally.Counts = default;
    }

    private LossStep[] Close(LossStep[] before)
    {
        var steps = new List<LossStep>(before.Length + _listed.Count + _others.Count);
        steps.AddRange(before);
        foreach (var tally in _listed)
        {
            tally.IsListed = false;
            if (!tally.Counts.IsZero)
            {
                steps.Add(new LossStep(tally.Source.ToAddress(), tally.Transport, tally.Counts));
            }

            tally.Counts = default;
        }

        foreach (var others in _others.Values)
        {
            steps.Add(new LossStep(null, others.Transport, others.Counts));
        }

        _listed.Clear();
        _others.Clear();
        return [.. steps];
    }
}

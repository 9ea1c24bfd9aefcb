using System.Net;
using Mayday.Collector.Datagrams;
using Mayday.Protocol;
using Mayday.Store.Ingest;

namespace Mayday.Collector.Loss;

/// <summary>The change in one sender's counts since it was last saved. Without an address: the sum for senders that are too many to be told
/// apart.</summary>
internal readonly record struct LossStep(IPAddress? Address, Transport Transport, LossCounts Counts);

/// <summary>A shard's accounts of which packets arrived and which did not. Changed tallies wait in a queue and go on counting until their
/// turn comes; the next batch is handed over when the last one was taken. A fleet that sends all the time, or a Postgres that is away,
/// therefore costs one place in the queue per sender and nothing else. Nothing here waits, and no lock is taken.</summary>
internal sealed class LossLedger(int maxListed, int batch, ShardCounters counters)
{
    private const long HandOverAgain = 1_000_000;

    // Senders with losses do not wait behind the whole fleet. Such a tally is in both queues, and is handed over from the one that reaches
    // it first.
    private readonly Queue<LossTally> _urgent = new();
    private readonly Queue<LossTally> _listed = new();

    // Tallies of senders whose state does not hold one.
    private readonly Dictionary<(SourceEndPoint Source, Transport Transport), LossTally> _kept = [];
    private readonly Dictionary<Transport, LossTally> _others = [];

    // Reused for each batch.
    private readonly List<LossStep> _steps = [];
    private LossStep[]? _handed;
    private long _lastHandOver;

    /// <summary>Adds a change to a sender's tally.</summary>
    public void Note(LossTally tally, in LossCounts step)
    {
        counters.Accounted(tally.Transport, step);
        tally.Counts.Add(step);
        if (!tally.IsListed && !TryList(tally))
        {
            return;
        }

        if (step.Lost != 0 && !tally.IsUrgent)
        {
            tally.IsUrgent = true;
            _urgent.Enqueue(tally);
        }
    }

    /// <summary>Adds a change for a sender without a tally of its own: a netoops dump is accounted for once, at its end.</summary>
    public void Add(in SourceEndPoint source, Transport transport, in LossCounts step)
    {
        if (!_kept.TryGetValue((source, transport), out var tally))
        {
            tally = new LossTally(source, transport);
            if (_listed.Count < maxListed)
            {
                _kept.Add((source, transport), tally);
            }
        }

        Note(tally, step);
    }

    /// <summary>Hands over a batch of changed tallies, at most once a second and only when the last batch was taken.</summary>
    public void HandOver(Moment now)
    {
        counters.LossWaiting = _listed.Count;
        if (now.Monotonic - _lastHandOver < HandOverAgain || (_listed.Count == 0 && _others.Count == 0) || Volatile.Read(ref _handed) is not null)
        {
            return;
        }

        _lastHandOver = now.Monotonic;
        Volatile.Write(ref _handed, Close(batch));
    }

    /// <summary>Hands over everything at shutdown.</summary>
    public void Flush() => Volatile.Write(ref _handed, [.. Interlocked.Exchange(ref _handed, null) ?? [], .. Close(int.MaxValue)]);

    /// <summary>Forgets what was noted so far, because another process has already reported it.</summary>
    public void Forget()
    {
        _ = Close(int.MaxValue);
        Volatile.Write(ref _handed, null);
    }

    /// <summary>Takes the batch that was handed over. One caller, on any thread.</summary>
    public LossStep[] Take() => Interlocked.Exchange(ref _handed, null) ?? [];

    private bool TryList(LossTally tally)
    {
        if (_listed.Count < maxListed)
        {
            tally.IsListed = true;
            _listed.Enqueue(tally);
            return true;
        }

        // More senders than may wait: they share one account, and the eviction is counted.
        counters.Evicted(EvictedTable.Loss);
        if (!_others.TryGetValue(tally.Transport, out var others))
        {
            _others.Add(tally.Transport, others = new LossTally(default, tally.Transport));
        }

        others.Counts.Add(tally.Counts);
        tally.Counts = default;
        return false;
    }

    private LossStep[] Close(int most)
    {
        while (_steps.Count < most && _urgent.TryDequeue(out var tally))
        {
            tally.IsUrgent = false;
            Close(tally);
        }

        while (_steps.Count < most && _listed.TryDequeue(out var tally))
        {
            tally.IsListed = false;
            _kept.Remove((tally.Source, tally.Transport));
            Close(tally);
        }

        foreach (var others in _others.Values)
        {
            _steps.Add(new LossStep(null, others.Transport, others.Counts));
        }

        _others.Clear();
        LossStep[] steps = [.. _steps];
        _steps.Clear();
        return steps;
    }

    private void Close(LossTally tally)
    {
        if (!tally.Counts.IsZero)
        {
            _steps.Add(new LossStep(tally.Source.ToAddress(), tally.Transport, tally.Counts));
            tally.Counts = default;
        }
    }
}

using System.Net;
using Mayday.Store;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Loss;

/// <summary>
/// Carries the shards' accounts to Postgres, a bounded number of senders at a time, those that lost something first. While Postgres is away
/// steps of one sender are added up here; a save whose answer was lost is repeated under its number, so that nothing counts twice.
/// </summary>
internal sealed class LossSaver(
    CollectorOptions options, IReadOnlyList<LossLedger> ledgers, CollectorCounters counters, LossAccounts store, TimeProvider time, ILogger log)
{
    /// <summary>Those whose packets are accounted for.</summary>
    public static readonly Transport[] Transports = [Transport.Netoops, Transport.Netconsole, Transport.NetconsoleBasic];

    private static readonly TimeSpan LastSave = TimeSpan.FromSeconds(2);

    private readonly Dictionary<(IPAddress? Address, Transport Transport), LossCounts> _waiting = [];
    private readonly LossCounts[] _totals = new LossCounts[Transports.Length];
    private readonly Lock _gate = new();
    private readonly Guid _run = Guid.NewGuid();
    private LossSave? _unsure;
    private long _number;
    private long _dropsBefore;
    private long _waitingCount;

    public async Task RunAsync(CancellationToken stopping)
    {
        counters.Losses = TotalOf;
        counters.LossWaiting = () => Interlocked.Read(ref _waitingCount);
        using var timer = new PeriodicTimer(options.Loss.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await SaveAsync(options.Storing.WriteTimeout);
            }
        }
        catch (OperationCanceledException)
        {
            // The end; what was counted until now is saved by whoever stopped us.
        }
    }

    /// <summary>Everything, after the shards have handed over their last.</summary>
    public async Task SaveLastAsync()
    {
        while (await SaveAsync(LastSave) && _waiting.Count > 0)
        {
        }
    }

    /// <summary>Takes what the shards have and saves one batch; false when Postgres did not take it.</summary>
    public async Task<bool> SaveAsync(TimeSpan limit)
    {
        Collect();
        _unsure ??= NextSave();
        if (_unsure is null)
        {
            return true;
        }

        using var timeout = new CancellationTokenSource(limit, time);
        try
        {
            await store.SaveAsync(_unsure, timeout.Token);
            _unsure = null;
            return true;
        }
        catch (Exception failure)
        {
            CollectorLog.LossNotSaved(log, failure);
            return false;
        }
    }

    private LossCounts TotalOf(Transport transport)
    {
        lock (_gate)
        {
            return _totals[Array.IndexOf(Transports, transport)];
        }
    }

    private void Collect()
    {
        foreach (var ledger in ledgers)
        {
            foreach (var step in ledger.Take())
            {
                lock (_gate)
                {
                    _totals[Array.IndexOf(Transports, step.Transport)].Add(step.Counts);
                }

                // Without an address: senders that found no place of their own.
                var key = (step.Address, step.Transport);
                if (!_waiting.ContainsKey(key) && _waiting.Count >= options.Loss.MaxSenders)
                {
                    key = (null, step.Transport);
                    counters.LossAmongOthers();
                }

                var counts = _waiting.GetValueOrDefault(key);
                counts.Add(step.Counts);
                _waiting[key] = counts;
            }
        }

        Interlocked.Exchange(ref _waitingCount, _waiting.Count);
    }

    private LossSave? NextSave()
    {
        var drops = counters.KernelDrops;
        if (_waiting.Count == 0 && drops == _dropsBefore)
        {
            return null;
        }

        var chosen = _waiting.OrderByDescending(pair => pair.Value.Lost != 0).Take(options.Loss.BatchSenders).ToArray();
        foreach (var (key, _) in chosen)
        {
            _waiting.Remove(key);
        }

        Interlocked.Exchange(ref _waitingCount, _waiting.Count);
        var save = new LossSave(options.Name, _run, ++_number, [.. chosen.Select(pair => new SenderLoss(pair.Key.Address, pair.Key.Transport, pair.Value))], drops - _dropsBefore);
        _dropsBefore = drops;
        return save;
    }
}

using Mayday.Protocol;
using Mayday.Store.Ingest;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Loss;

/// <summary>
/// Carries the shards' accounts to Postgres, a bounded number of senders at a time, those that lost something first. While Postgres is away
/// they go on counting in their shards; a save whose answer was lost is repeated under its number, so that nothing counts twice.
/// </summary>
internal sealed class LossSaver(
    CollectorOptions options, IReadOnlyList<LossLedger> ledgers, CollectorCounters counters, LossAccounts store, TimeProvider time, ILogger log)
{
    /// <summary>Those whose packets are accounted for.</summary>
    public static readonly Transport[] Transports = [Transport.Netoops, Transport.Netconsole, Transport.NetconsoleBasic];

    private static readonly TimeSpan s_lastSave = TimeSpan.FromSeconds(2);

    private readonly Queue<SenderLoss> _taken = new();
    private readonly Guid _run = Guid.NewGuid();
    private LossSave? _unsure;
    private long _number;
    private long _dropsBefore;

    public async Task RunAsync(CancellationToken stopping)
    {
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
        while (await SaveAsync(s_lastSave) && _taken.Count > 0)
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

    // Also behind a save that is not sure: the last of the process must find what came since. While Postgres is away two batches are held at most; the others
    // go on counting in their shards.
    private void Collect()
    {
        foreach (var step in _taken.Count <= options.Loss.BatchSenders ? ledgers.SelectMany(ledger => ledger.Take()) : [])
        {
            _taken.Enqueue(new SenderLoss(step.Address, step.Transport, step.Counts));
        }
    }

    private LossSave? NextSave()
    {
        var drops = counters.KernelDrops;
        if (_taken.Count == 0 && drops == _dropsBefore)
        {
            return null;
        }

        var senders = new List<SenderLoss>(Math.Min(_taken.Count, options.Loss.BatchSenders));
        while (senders.Count < options.Loss.BatchSenders && _taken.TryDequeue(out var sender))
        {
            senders.Add(sender);
        }

        var save = new LossSave(options.Name, _run, ++_number, senders, drops - _dropsBefore);
        _dropsBefore = drops;
        return save;
    }
}

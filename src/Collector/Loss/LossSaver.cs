using Mayday.Protocol;
using Mayday.Store.Ingest;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Loss;

/// <summary>Writes the shards' accounts to Postgres, a bounded number of senders at a time, those with losses first. While Postgres is away
/// the shards go on counting. A save whose answer was lost is repeated with the same number, so that nothing counts twice.</summary>
internal sealed class LossSaver(
    CollectorOptions options, IReadOnlyList<LossLedger> ledgers, CollectorCounters counters, LossAccounts store, TimeProvider time, ILogger log)
{
    /// <summary>Transports whose packets are accounted for.</summary>
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
            // Shutdown: the code that stopped this task saves what was counted until now.
        }
    }

    /// <summary>Saves everything, after the shards have handed over their last batches.</summary>
    public async Task SaveLastAsync()
    {
        while (await SaveAsync(s_lastSave) && _taken.Count > 0)
        {
        }
    }

    /// <summary>Takes what the shards have handed over and saves one batch; false when Postgres did not accept it.</summary>
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

    // Also called when the outcome of the last save is unknown: the last save of the process must include what arrived since. While
    // Postgres is away at most two batches are held; everything else is counted in the shards.
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

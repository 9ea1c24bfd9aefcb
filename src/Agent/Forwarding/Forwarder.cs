using System.Globalization;
using Mayday.Protocol;

namespace Mayday.Agent.Forwarding;

/// <summary>Sends the batches of the spool to the collector, oldest first, one at a time, until it is told to stop. A batch is repeated
/// under the same id until there is an answer. Unanswered batches stay in the spool for the next start.</summary>
internal sealed class Forwarder(
    OutgoingSpool spool, CollectorClient client, AgentCounters counters, TimeProvider time, Random random, Action<AgentNotice> tell) : IDisposable
{
    // About a quarter of an hour at growing intervals. Other causes of a failing collector have passed by then, so this batch is the cause.
    private const int MostFaults = 20;

    private readonly SemaphoreSlim _spooled = new(0, 1);
    private readonly Backoff _backoff = new(random);
    private DateTimeOffset? _awaySince;
    private bool _isForeignTold;
    private int _faults;

    /// <summary>Called after each batch that the collector accepted: the spool has more room.</summary>
    public Action? Drained { get; set; }

    /// <summary>Signals that the spool holds a batch. May be called on any thread.</summary>
    public void Wake()
    {
        try
        {
            _spooled.Release();
        }
        catch (SemaphoreFullException)
        {
            // The forwarder is already awake, or about to wake up.
        }
    }

    /// <summary>Sends until <paramref name="stopping"/>.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                if (spool.Peek() is not { } batch)
                {
                    await _spooled.WaitAsync(stopping).ConfigureAwait(false);
                    continue;
                }

                counters.RequestMade();
                var answer = await client.PostAsync(batch, stopping).ConfigureAwait(false);
                _faults = answer.IsFault ? _faults + 1 : 0;
                if (answer.Outcome == HandIn.Later && _faults < MostFaults)
                {
                    counters.RequestFailed();
                    await WaitAsync(answer, stopping).ConfigureAwait(false);
                    continue;
                }

                TellOfReturn();
                _faults = 0;
                if (answer.Outcome != HandIn.Taken)
                {
                    Refused(batch, answer);
                }
                else
                {
                    Taken(answer);
                }

                spool.Accept();
                Drained?.Invoke();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Unsent batches stay in the spool.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _spooled.Dispose();

    private async Task WaitAsync(HandInAnswer answer, CancellationToken stopping)
    {
        // An outage is reported once, and once more when the answers come from something else than a collector, because waiting does not
        // fix that.
        if (_awaySince is null || answer.IsForeign && !_isForeignTold)
        {
            _awaySince ??= time.GetUtcNow();
            _isForeignTold = answer.IsForeign;
            tell(new AgentNotice(Severity.Warning, answer.IsForeign
                ? $"Events are not taken: {answer.Reason}. Check the collector's address, and any proxy or login page on the way. "
                    + "The events stay in the spool and are sent again at growing intervals."
                : $"The collector does not take events ({answer.Reason?.TrimEnd('.')}); they wait in the spool, and it is asked again at growing intervals."));
        }

        await Task.Delay(_backoff.Next(answer.RetryAfter), time, stopping).ConfigureAwait(false);
    }

    private void TellOfReturn()
    {
        _backoff.Reset();
        if (_awaySince is not { } since)
        {
            return;
        }

        _awaySince = null;
        _isForeignTold = false;
        tell(new AgentNotice(Severity.Notice, string.Create(CultureInfo.InvariantCulture,
            $"The collector answers again, after {(time.GetUtcNow() - since).TotalSeconds:0} s; {spool.Batches} batches wait.")));
    }

    private void Taken(HandInAnswer answer)
    {
        counters.BatchTaken(answer.Accepted, answer.Duplicates, answer.Rejected);
        if (answer.Rejected > 0)
        {
            tell(new AgentNotice(Severity.Warning, string.Create(CultureInfo.InvariantCulture, $"The collector refused {answer.Rejected} events, the first because: {answer.Reason?.TrimEnd('.')}.")));
        }
    }

    private void Refused(OutgoingBatch batch, HandInAnswer answer)
    {
        counters.EventsRefused(batch.Events);
        tell(new AgentNotice(Severity.Error, string.Create(CultureInfo.InvariantCulture,
            $"The collector refused a batch of {batch.Events} events for good ({answer.Reason?.TrimEnd('.')}); they are lost. Is it older than this agent?")));
    }
}

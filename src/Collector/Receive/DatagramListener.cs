using System.Net;
using System.Net.Sockets;
using Mayday.Collector.Analysing;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Collector.Journal;
using Mayday.Linux.Processes;
using Mayday.Linux.Sockets;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Receive;

/// <summary>One shard: a thread of its own with its sockets and state. When idle it handles each datagram at once. Under load it sleeps 1
/// or 4 ms between wake-ups, so that each wake-up receives many datagrams.</summary>
internal sealed class DatagramListener : IDisposable
{
    // Milliseconds that an idle thread waits at most: then it checks whether it should stop, and reads drop counters that no datagram
    // reported.
    private const int LongestWait = 250;

    // Limits the last read of the sockets at shutdown, so that a flood cannot delay it.
    private const int LastBatches = 256;

    // Sleep times in milliseconds. See ReceiveOptions.CoalesceFrom.
    private const int ShortNap = 1;
    private const int LongNap = 4;

    // Microseconds. Two wake-ups closer together than this mean load: a short sleep and the time a machine adds to it.
    private const long BusyWithin = 1_500;

    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(5);

    private const uint AllSockets = uint.MaxValue;

    private const long ComplainAgain = 60_000_000;

    private readonly ShardSocket[] _sockets;
    private readonly int[] _handles;
    private readonly DatagramIntake _intake;
    private readonly AnalysisBacklog _backlog;
    private readonly EventBacklog _events;
    private readonly ShardCounters _counters;
    private readonly ReceiveOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly bool _isPortable;
    private readonly ShardJournal? _journal;
    private readonly IReadOnlyList<RestoredJournal> _left;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;
    private DatagramBatch _batch = null!;
    private LinuxReceive? _linux;
    private long _complained = long.MinValue / 2;
    private long _lastWake = long.MinValue / 2;
    private int _sinceNap;

    public DatagramListener(
        int index, ShardSocket[] sockets, DatagramIntake intake, AnalysisBacklog backlog, EventBacklog events, ShardCounters counters, ReceiveOptions options, TimeProvider time, ILogger log,
        bool isPortable = false, ShardJournal? journal = null, IReadOnlyList<RestoredJournal>? left = null)
    {
        _sockets = sockets;
        _handles = [.. sockets.Select(socket => socket.Handle)];
        _intake = intake;
        _backlog = backlog;
        _events = events;
        _counters = counters;
        _options = options;
        _time = time;
        _log = log;
        _isPortable = isPortable || !SocketLayout.IsKnown;
        _journal = journal;
        _left = left ?? [];
        _thread = new Thread(Run) { Name = $"mayday-receive-{index}", IsBackground = true };
    }

    /// <summary>Completes when the thread has ended, whether it failed or was told to stop.</summary>
    public Task Ended => _ended.Task;

    public void Start() => _thread.Start();

    /// <summary>Receives what the sockets still hold, finishes everything in flight and hands it on.</summary>
    public Task StopAsync()
    {
        _isStopping = true;
        return _ended.Task;
    }

    /// <summary>Leaves what is in flight in the journal when it stops, because the next process gets the same sockets and continues from
    /// there. No dump is cut short.</summary>
    public bool LeavesInFlight { get; init; }

    public void Dispose()
    {
        // The thread must not touch a mapping that was freed, whatever ended the other threads.
        _isStopping = true;
        if (!_thread.IsAlive || _thread.Join(s_longestEnd))
        {
            _journal?.Dispose();
        }

        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private void Run()
    {
        try
        {
            if (SocketLayout.IsKnown)
            {
                CallingThread.TryGoFirst();
            }

            Prepare();
            var isMoreExpected = false;
            while (!_isStopping)
            {
                // Under load there is something to receive, so a call that asks first would be wasted.
                var (received, isFull) = ReceiveFrom(isMoreExpected ? AllSockets : Wait());
                Tick();
                HandOn();
                _journal?.Advance();
                _sinceNap += received;
                if (received == 0)
                {
                    ReadDrops();
                }

                isMoreExpected = isFull || (received > 0 && Nap());
            }

            for (var i = 0; i < LastBatches && ReceiveFrom(AllSockets).Received > 0; i++)
            {
                HandOn();
            }

            ReadDrops();
            if (!LeavesInFlight || _journal is null)
            {
                _intake.Flush(Moment.Now(_time));
            }

            PutAll();
            while (_intake.TryTakeEvents(out var block))
            {
                _events.Put(block);
            }
        }
        catch (Exception failure)
        {
            CollectorLog.ListenerFailed(_log, failure);
            _ended.TrySetException(failure);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    // The landing area is reset last: until then it holds what was received before a kill.
    private void Prepare()
    {
        if (_journal is not null)
        {
            JournalReplay.Run(_journal, _left, _intake, _counters, Moment.Now(_time), _log, () =>
            {
                PutAll();
                _journal.Advance();
            });
            PutAll();
            var known = Math.Min(_sockets.Length, JournalGeometry.MostSockets);
            for (var place = 0; place < known; place++)
            {
                _sockets[place].GoOnAfter(_journal);
            }

            for (var place = 0; place < known; place++)
            {
                _sockets[place].Report(_journal, place);
            }
        }

        if (_isPortable)
        {
            _batch = new DatagramBatch(_options.Batch, _options.MaxDatagramBytes);
        }
        else
        {
            _linux = new LinuxReceive(_options.Batch, _options.MaxDatagramBytes, _journal);
            _batch = _linux.Batch;
        }
    }

    private void PutAll()
    {
        while (_intake.TryTake(out var dump))
        {
            _backlog.Put(dump);
        }
    }

    private bool Nap()
    {
        var now = Moment.Now(_time).Monotonic;
        var isBusy = now - _lastWake < BusyWithin;
        var many = _sinceNap >= _options.CoalesceFrom;
        _lastWake = now;
        _sinceNap = 0;
        if (!isBusy && !many)
        {
            return false;
        }

        var milliseconds = many ? LongNap : ShortNap;
        if (SocketLayout.IsKnown)
        {
            CallingThread.Nap(milliseconds);
        }
        else
        {
            Thread.Sleep(milliseconds);
        }

        return true;
    }

    private uint Wait()
    {
        var milliseconds = LongestWait;
        if (_intake.NextDeadline is { } deadline)
        {
            milliseconds = (int)Math.Clamp((deadline - Moment.Now(_time).Monotonic + 999) / 1000, 0, LongestWait);
        }

        if (_linux is not null)
        {
            return SocketPoll.Wait(_handles, milliseconds);
        }

        Socket.Select(_sockets.Select(socket => socket.Socket).ToList(), null, null, milliseconds * 1000);
        return AllSockets;
    }

    private (int Received, bool IsFull) ReceiveFrom(uint ready)
    {
        var received = 0;
        var isFull = false;
        for (var i = 0; i < _sockets.Length; i++)
        {
            if ((ready & (1u << i)) == 0)
            {
                continue;
            }

            var socket = _sockets[i];
            var count = _linux is not null ? socket.Receive(_linux) : ReceivePortable(socket.Socket);
            received += count;
            isFull |= count == _batch.Slots;
            if (count > 0)
            {
                TakeBatch();
            }
        }

        if (received > 0)
        {
            _counters.KernelDrops = SumDrops();
        }

        return (received, isFull);
    }

    private void TakeBatch()
    {
        var now = Moment.Now(_time);
        _journal?.Begin(_batch);
        for (var i = 0; i < _batch.Count; i++)
        {
            _journal?.Take(i);
            var arrival = _batch.Arrival(i);
            try
            {
                _intake.Take(_batch.Datagram(i), _batch.Source(i), _batch.IsTruncated(i), arrival == 0 ? now : now.WithArrival(arrival));
            }
            catch (Exception failure)
            {
                Complain(failure);
            }
        }

        _linux?.Finish();
    }

    // Where recvmmsg is missing: the same batch with one call per datagram, without drop counter and kernel timestamps.
    private int ReceivePortable(Socket socket)
    {
        _batch.Clear();
        EndPoint any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (_batch.Count < _batch.Slots && socket.Poll(0, SelectMode.SelectRead))
        {
            var source = any;
            int length;
            try
            {
                length = socket.ReceiveFrom(_batch.Slot(_batch.Count), SocketFlags.None, ref source);
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.MessageSize)
            {
                length = _batch.SlotLength;
            }
            catch (SocketException)
            {
                break;
            }

            // Some systems truncate silently: a datagram that fills its slot to the last byte may have been longer.
            var isTruncated = length == _batch.SlotLength;
            _batch.Add(length, SourceEndPoint.From((IPEndPoint)source), isTruncated, 0);
        }

        return _batch.Count;
    }

    private void HandOn()
    {
        while (_intake.TryTake(out var dump))
        {
            if (!_backlog.TryOffer(dump))
            {
                _counters.BacklogDropped++;
                dump.Settle();
                dump.Discard();
                CollectorLog.BacklogFull(_log, dump.Source.ToString());
            }
        }

        while (_intake.TryTakeEvents(out var block))
        {
            if (!_events.TryOffer(block))
            {
                _counters.EventsDropped += block.Count;
                block.Settle();
                block.Return();
            }
        }
    }

    private void ReadDrops()
    {
        if (_linux is null)
        {
            return;
        }

        foreach (var socket in _sockets)
        {
            socket.ReadDrops();
        }

        _counters.KernelDrops = SumDrops();
    }

    private long SumDrops()
    {
        long drops = 0;
        foreach (var socket in _sockets)
        {
            drops += socket.Drops;
        }

        return drops;
    }

    private void Tick()
    {
        try
        {
            _intake.Tick(Moment.Now(_time));
        }
        catch (Exception failure)
        {
            Complain(failure);
        }
    }

    // No input is known to cause an exception. If one does, only its own datagram is lost, and the message is rate-limited so that a sender
    // cannot fill the log.
    private void Complain(Exception failure)
    {
        _counters.InternalFailures++;
        var now = Moment.Now(_time).Monotonic;
        if (now - _complained >= ComplainAgain)
        {
            _complained = now;
            CollectorLog.IntakeFailed(_log, failure, _counters.InternalFailures);
        }
    }
}

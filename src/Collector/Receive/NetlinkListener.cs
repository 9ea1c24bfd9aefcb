using Mayday.Collector.Datagrams;
using Mayday.Collector.Intake;
using Mayday.Linux.Netlink;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Receive;

/// <summary>The collector's own netlink socket and its thread. It receives the records of the local kernel without a network.</summary>
internal sealed class NetlinkListener : IDisposable
{
    // Milliseconds, as for the ports: then it checks whether it should stop, and reads drops that no message reported.
    private const int LongestWait = 250;

    // Milliseconds. The thread checks four times a second whether it should stop.
    private const int LongestEnd = 5_000;

    private const int Batch = 256;
    private const int LastBatches = 256;

    // The longest frame that evlog sends is 8,260 bytes; raw payloads may be longer.
    private const int BufferLength = 32 << 10;

    private readonly NetlinkSocket _socket;
    private readonly NetlinkIntake _intake;
    private readonly EventBlockWriter _events = new();
    private readonly EventBacklog _backlog;
    private readonly ShardCounters _counters;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;

    private NetlinkListener(NetlinkListen listen, NetlinkSocket socket, EventBacklog backlog, ShardCounters counters, TimeProvider time, ILogger log)
    {
        _socket = socket;
        _intake = new NetlinkIntake(listen, _events, counters);
        _backlog = backlog;
        _counters = counters;
        _time = time;
        _log = log;
        _thread = new Thread(Run) { Name = "mayday-netlink", IsBackground = true };
    }

    public Task Ended => _ended.Task;

    /// <summary>The socket's own port, used by tests.</summary>
    public uint Port => _socket.Port;

    /// <exception cref="CollectorStartException">The kernel refuses; the message says what to do.</exception>
    public static NetlinkListener Open(NetlinkListen listen, int bufferBytes, EventBacklog backlog, ShardCounters counters, TimeProvider time, ILogger log)
    {
        try
        {
            return new NetlinkListener(listen, NetlinkSocket.Open(listen.Protocol, listen.Groups, bufferBytes), backlog, counters, time, log);
        }
        catch (NetlinkException failure)
        {
            throw new CollectorStartException(Explain(listen, failure), failure) { IsWrongUse = true };
        }
    }

    public void Start() => _thread.Start();

    public Task StopAsync()
    {
        _isStopping = true;
        return _ended.Task;
    }

    /// <summary>A start that failed elsewhere disposes without stopping first. The thread must have ended before its descriptor can be
    /// reused.</summary>
    public void Dispose()
    {
        _isStopping = true;
        if (_thread.IsAlive)
        {
            _thread.Join(LongestEnd);
        }

        _socket.Dispose();
    }

    private static string Explain(NetlinkListen listen, NetlinkException failure) => failure.Error switch
    {
        NetlinkException.NotSupported =>
            $"This kernel has no netlink protocol {listen.Protocol} (Collector:Netlink {listen}): no module has registered it. Load the module that sends on it, "
            + $"or use protocol {NetlinkSocket.UserProtocol}, which every kernel has for programs.",
        NetlinkException.NotPermitted =>
            $"This user may not listen to groups of netlink protocol {listen.Protocol} (Collector:Netlink {listen}). Run as root or with CAP_NET_ADMIN, or leave --netlink out.",
        _ => $"Cannot listen to netlink (Collector:Netlink {listen}): {failure.Message}",
    };

    private void Run()
    {
        try
        {
            while (!_isStopping)
            {
                if (_socket.Wait(LongestWait))
                {
                    Receive();
                    HandOn();
                }

                _counters.NetlinkDrops = _socket.ReadDrops();
            }

            for (var i = 0; i < LastBatches && Receive(); i++)
            {
                HandOn();
            }

            _counters.NetlinkDrops = _socket.ReadDrops();
            while (_events.TryTake(out var block))
            {
                _backlog.Put(block);
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

    // Returns true when something was received.
    private bool Receive()
    {
        var now = Moment.Now(_time);
        for (var i = 0; i < Batch; i++)
        {
            switch (_socket.Receive(_buffer, out var message))
            {
                case NetlinkOutcome.Nothing:
                    return i > 0;
                case NetlinkOutcome.Overrun:
                    _counters.NetlinkOverruns++;
                    break;
                default:
                    _intake.Take(_buffer.AsSpan(0, message.Length), message, now);
                    break;
            }
        }

        return true;
    }

    private void HandOn()
    {
        while (_events.TryTake(out var block))
        {
            if (!_backlog.TryOffer(block))
            {
                _counters.EventsDropped += block.Count;
                block.Return();
            }
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using Mayday.Collector.Archive;
using Mayday.Collector.Loss;
using Mayday.Collector.Reassembly;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Receive;

/// <summary>
/// Steps 2 and 3 of one shard: tells the format by content, parses, reassembles. One thread, no lock, no I/O, no clock. Every datagram is
/// counted, every refusal with its reason.
/// </summary>
internal sealed class DatagramIntake
{
    private readonly NetoopsReassembler _netoops;
    private readonly NetconsoleReassembler _netconsole;
    private readonly ShardCounters _counters;
    private readonly ILogger _log;
    private readonly ArchiveFeed? _archive;

    public DatagramIntake(CollectorOptions options, int shards, ShardCounters counters, ILogger log, ArchiveFeed? archive = null)
    {
        _archive = archive;
        Loss = new LossLedger(Math.Max(1, options.Loss.MaxSenders / shards), counters);
        _netoops = new NetoopsReassembler(NetoopsLimits.Of(options.Netoops, shards), counters, Loss);
        _netconsole = new NetconsoleReassembler(NetconsoleLimits.Of(options.Netconsole, shards), counters, Loss, archive);
        _counters = counters;
        _log = log;
    }

    /// <summary>What came of each sender's packets; its takers are on other threads.</summary>
    public LossLedger Loss { get; }

    public NetoopsReassembler Netoops => _netoops;

    public NetconsoleReassembler Netconsole => _netconsole;

    /// <summary>Monotonic microseconds at which <see cref="Tick"/> has work; null while nothing is in flight.</summary>
    public long? NextDeadline => (_netoops.NextDeadline, _netconsole.NextDeadline) switch
    {
        ({ } one, { } other) => Math.Min(one, other),
        var (one, other) => one ?? other,
    };

    public void Take(ReadOnlySpan<byte> datagram, in SourceEndPoint source, bool isTruncated, Moment now)
    {
        var format = DatagramClassifier.Classify(datagram);
        _counters.Received(format);
        _counters.Bytes += datagram.Length;
        if (isTruncated)
        {
            Reject(source, PacketRejectReason.Truncated);
            return;
        }

        PacketRejectReason reason;
        switch (format)
        {
            case DatagramFormat.Netoops:
                if (NetoopsPacket.TryParse(datagram, out var packet, out reason))
                {
                    _netoops.Add(source, packet, now);
                    return;
                }

                break;

            case DatagramFormat.NetconsoleExtended:
                if (ExtendedPacket.TryParse(datagram, out var record, out reason))
                {
                    reason = _netconsole.AddExtended(source, datagram, record, now);
                    if (reason == PacketRejectReason.None)
                    {
                        return;
                    }
                }

                break;

            case DatagramFormat.NetconsoleBasic:
                _netconsole.AddBasic(source, datagram, now);
                return;

            case DatagramFormat.Evlog:
                // Counted; the store has no row for a record that is not understood yet.
                for (var reader = new EvlogReader(datagram); reader.MoveNext();)
                {
                    if (reader.Reason != PacketRejectReason.None)
                    {
                        Reject(source, reader.Reason);
                    }
                }

                return;

            default:
                reason = PacketRejectReason.Empty;
                break;
        }

        Reject(source, reason);
    }

    /// <summary>Finishes what was quiet for too long.</summary>
    public void Tick(Moment now)
    {
        _netoops.Expire(now);
        _netconsole.Expire(now);
        Loss.HandOver(now);
        _archive?.Tick(now);
    }

    /// <summary>Finishes everything in flight: the process ends.</summary>
    public void Flush(Moment now)
    {
        _netoops.Flush(now);
        _netconsole.Flush();
        Loss.Flush();
        _archive?.Flush();
    }

    public bool TryTake([NotNullWhen(true)] out ReassembledDump? dump)
    {
        if (_netoops.TryTake(out var netoops))
        {
            dump = netoops;
            return true;
        }

        _netconsole.TryTake(out var netconsole);
        dump = netconsole;
        return dump is not null;
    }

    private void Reject(in SourceEndPoint source, PacketRejectReason reason)
    {
        _counters.Rejected(reason);
        if (_log.IsEnabled(LogLevel.Debug))
        {
            CollectorLog.DatagramRejected(_log, source.ToString(), reason);
        }
    }
}

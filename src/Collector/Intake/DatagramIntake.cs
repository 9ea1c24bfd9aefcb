using System.Diagnostics.CodeAnalysis;
using Mayday.Collector.Archive;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Collector.Loss;
using Mayday.Collector.Reassembly;
using Mayday.Collector.Reassembly.Netconsole;
using Mayday.Collector.Reassembly.Netoops;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Intake;

/// <summary>Steps 2 and 3 of one shard: recognises the format by content, parses, reassembles. One thread, no lock, no I/O, no clock. Every
/// datagram is counted, and every refusal is counted with its reason.</summary>
internal sealed class DatagramIntake
{
    // The longest text of a printk record; unescaping never makes a text longer.
    private const int ScratchLength = 8 << 10;

    private readonly NetoopsReassembler _netoops;
    private readonly NetconsoleReassembler _netconsole;
    private readonly EventBlockWriter _events;
    private readonly FallbackWatch _fallback;
    private readonly byte[] _scratch = new byte[ScratchLength];
    private readonly ShardCounters _counters;
    private readonly ILogger _log;
    private readonly ArchiveFeed? _archive;

    public DatagramIntake(CollectorOptions options, int shards, ShardCounters counters, ILogger log, ShardJournal? journal = null, ArchiveFeed? archive = null)
    {
        _archive = archive;
        Loss = new LossLedger(Math.Max(1, options.Loss.MaxSenders / shards), Math.Max(1, options.Loss.BatchSenders / shards), counters);
        _netoops = new NetoopsReassembler(NetoopsLimits.Of(options.Netoops, shards), counters, journal, Loss);
        _netconsole = new NetconsoleReassembler(NetconsoleLimits.Of(options.Netconsole, shards), counters, journal, Loss, archive);
        _events = new EventBlockWriter(journal);
        _fallback = new FallbackWatch(_events, Math.Max(1, options.Evlog.MaxPrinted / shards), counters);
        _counters = counters;
        _log = log;
    }

    /// <summary>How many of each sender's packets arrived. Read by other threads.</summary>
    public LossLedger Loss { get; }

    public NetoopsReassembler Netoops => _netoops;

    public NetconsoleReassembler Netconsole => _netconsole;

    /// <summary>Monotonic microseconds at which <see cref="Tick"/> has work to do; null while nothing is in flight.</summary>
    public long? NextDeadline => (_netoops.NextDeadline, _netconsole.NextDeadline) switch
    {
        ({ } one, { } other) => Math.Min(one, other),
        var (one, other) => one ?? other,
    };

    public void Take(ReadOnlySpan<byte> datagram, in SourceEndPoint source, bool isTruncated, Moment now)
    {
        var format = DatagramClassifier.ClassifyLead(datagram);
        var record = default(ExtendedPacket);
        var reason = PacketRejectReason.None;
        if (format == DatagramFormat.NetconsoleBasic && (ExtendedPacket.TryParse(datagram, out record, out reason) || reason != PacketRejectReason.None))
        {
            format = DatagramFormat.NetconsoleExtended;
        }

        _counters.Received(format);
        _counters.Bytes += datagram.Length;
        if (isTruncated)
        {
            Reject(source, PacketRejectReason.Truncated);
            return;
        }

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
                if (reason == PacketRejectReason.None)
                {
                    reason = _netconsole.AddExtended(source, datagram, record, now);
                }

                if (reason == PacketRejectReason.None)
                {
                    Watch(source, record, now);
                    return;
                }

                break;

            case DatagramFormat.NetconsoleBasic:
                _netconsole.AddBasic(source, datagram, now);
                _fallback.Look(source, datagram, now);
                return;

            case DatagramFormat.Evlog:
                TakeRecords(datagram, source, now);
                return;

            default:
                reason = PacketRejectReason.Empty;
                break;
        }

        Reject(source, reason);
    }

    /// <summary>Restores what a killed process had in flight.</summary>
    public void Restore(RestoredTicket ticket, bool isInPlace, Moment now)
    {
        if (ticket.IsSettled || ticket.Entries[0].Kind == EntryKind.Packet)
        {
            _netoops.Restore(ticket, isInPlace, now);
        }
        else
        {
            _netconsole.Restore(ticket, isInPlace, now);
        }
    }

    /// <summary>Finishes dumps and windows whose deadline has passed.</summary>
    public void Tick(Moment now)
    {
        _netoops.Expire(now);
        _netconsole.Expire(now);
        _fallback.Tick(now);
        Loss.HandOver(now);
        _archive?.Tick(now);
    }

    /// <summary>Finishes everything in flight at shutdown.</summary>
    public void Flush(Moment now)
    {
        _netoops.Flush(now);
        _netconsole.Flush();
        _fallback.Flush();
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

    /// <summary>Takes the next block of records for the event store.</summary>
    public bool TryTakeEvents([NotNullWhen(true)] out EventBlock? block) => _events.TryTake(out block);

    private void Watch(in SourceEndPoint source, in ExtendedPacket record, Moment now)
    {
        // A record that evlog prints always fits one packet: its lines have at most 500 bytes.
        if (record.HasFragment)
        {
            return;
        }

        var body = new MessageBody(record.Body);
        if ((_fallback.IsWaiting || EvlogFallbackLine.Mentions(body.Text)) && body.Text.Length <= ScratchLength)
        {
            _fallback.Look(source, _scratch.AsSpan(0, body.UnescapeText(_scratch)), now);
        }
    }

    // Each record of a datagram is accepted or refused by itself. Its content is parsed only after the channel, by the event store.
    private void TakeRecords(ReadOnlySpan<byte> datagram, in SourceEndPoint source, Moment now)
    {
        var isClaimed = false;
        for (var reader = new EvlogReader(datagram); reader.MoveNext();)
        {
            if (reader.Reason == PacketRejectReason.None)
            {
                if (!isClaimed)
                {
                    isClaimed = true;
                    _events.BeginDatagram(datagram.Length, now);
                }

                _counters.EventsReceived++;
                _events.Add(source, EventOrigin.Datagram, now.Unix, reader.Frame);
            }
            else
            {
                Reject(source, reader.Reason);
            }
        }
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

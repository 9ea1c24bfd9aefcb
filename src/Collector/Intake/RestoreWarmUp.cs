using System.Net;
using System.Text;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Protocol;
using Mayday.Protocol.Netoops;
using Mayday.Store.Crashes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Intake;

/// <summary>Restores made-up tickets before the first real one. At the start no code is compiled yet, so the first real ticket would take a
/// good part of a second; if somebody ended the process in that time, the ticket would look like the cause.</summary>
internal static class RestoreWarmUp
{
    private static ReadOnlySpan<byte> Line => "6,1,1000,-;usb 1-1: new high-speed USB device number 2 using xhci_hcd\n"u8;

    public static void Run(Moment now)
    {
        var intake = new DatagramIntake(new CollectorOptions(), shards: 1, new ShardCounters(), NullLogger.Instance);
        foreach (var ticket in new[] { Window(1, isClosed: false), Window(2, isClosed: true), Packets(3) })
        {
            intake.Restore(ticket, isInPlace: true, now);
        }

        intake.Flush(now);
        while (intake.TryTake(out var dump))
        {
            dump.Discard();
        }
    }

    private static RestoredTicket Window(int number, bool isClosed)
    {
        var before = new byte[DatagramLog.HeaderLength + Line.Length];
        DatagramLog.WriteHeader(before, Line.Length, 0L);
        Line.CopyTo(before.AsSpan(DatagramLog.HeaderLength));
        var ticket = new RestoredTicket(number) { Entries = { Entry(EntryKind.Opened, before), Entry(EntryKind.WindowLine, Line.ToArray()) } };
        if (isClosed)
        {
            ticket.Closed = Entry(EntryKind.Closed, [0]);
        }

        return ticket;

        RestoredEntry Entry(EntryKind kind, byte[] payload) => new(kind, StreamFlags.Extended, number, 0, SourceOf(number), payload);
    }

    private static RestoredTicket Packets(int number)
    {
        var writer = new NetoopsWriter(new NetoopsDumpHeader { DumpId = 1 }, Encoding.ASCII.GetBytes("<6>[    1.000000] usb 1-1: new high-speed USB device number 2\n"));
        var packet = new byte[writer.PacketLength];
        writer.Write(0, packet);
        return new RestoredTicket(number) { Entries = { new RestoredEntry(EntryKind.Packet, 0, number, 0, SourceOf(number), packet) } };
    }

    private static SourceEndPoint SourceOf(int number) => SourceEndPoint.From(new IPEndPoint(IPAddress.Loopback, number));
}

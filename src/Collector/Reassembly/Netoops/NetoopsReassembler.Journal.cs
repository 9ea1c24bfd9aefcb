using System.Text;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Mayday.Protocol.Netoops;

namespace Mayday.Collector.Reassembly.Netoops;

/// <summary>Records assemblies in the journal, and restores them after a kill.</summary>
internal sealed partial class NetoopsReassembler
{
    // True when the restored entries are already in this journal, false when they come from another file.
    private bool _isInPlace;
    private bool _isRestoring;

    /// <summary>Restores a dump that was in flight, or finished and not yet stored, or finished so recently that its late rounds may still
    /// arrive.</summary>
    public void Restore(RestoredTicket ticket, bool isInPlace, Moment now)
    {
        _isInPlace = isInPlace;
        _isRestoring = true;
        try
        {
            if (ticket.IsSettled)
            {
                RestoreMemory(ticket, isInPlace, now);
            }
            else
            {
                RestorePackets(ticket, isInPlace, now);
            }
        }
        finally
        {
            _isInPlace = false;
            _isRestoring = false;
        }
    }

    private void RestorePackets(RestoredTicket ticket, bool isInPlace, Moment now)
    {
        NetoopsAssembly? assembly = null;
        foreach (var entry in ticket.Entries)
        {
            if (!NetoopsPacket.TryParse(entry.Payload, out var packet, out _))
            {
                continue;
            }

            var at = now.WithArrival(entry.Arrival);
            if (assembly is null)
            {
                var family = Find(entry.Source, packet.Prefix, out var key)
                    ?? new NetoopsFamily(key, entry.Source, NetoopsFamily.WithoutNumber(packet.Prefix), packet.PacketCount);
                assembly = Open(family, null, at);
                assembly.Ticket = isInPlace ? ticket.Number : 0;
            }

            if (!isInPlace && journal is not null)
            {
                journal.Hand(entry);
            }

            if (assembly.IsPending)
            {
                Store(assembly, packet.PacketNumber, packet.Data.TrimEnd((byte)0), packet.Data.Length, isShared: false, at);
            }
        }

        if (assembly is { IsPending: true } && ticket.Closed is { } closed)
        {
            // Only what arrived before its deadline is part of it: packets that were late before the kill are still late.
            Finish(assembly, now, closed.Payload.Length == 0 ? null : Encoding.UTF8.GetString(closed.Payload));
        }
    }

    private void RestoreMemory(RestoredTicket ticket, bool isInPlace, Moment now)
    {
        var entry = ticket.Remembered!;
        if (!NetoopsMemory.TryRead(entry.Payload, out var memory))
        {
            return;
        }

        var family = Find(entry.Source, memory.Prefix, out var key) ?? new NetoopsFamily(key, entry.Source, memory.Prefix, memory.PacketCount);
        var assembly = NetoopsAssembly.Remembered(family, memory, now);
        assembly.Ticket = isInPlace ? ticket.Number : 0;
        _families[family.Key] = family;
        family.Generations.Add(assembly);
        family.Current = assembly;
        Remember(assembly);
    }

    private void Write(NetoopsAssembly assembly, Moment now)
    {
        if (journal is not null && !_isInPlace && (assembly.Ticket != 0 || assembly.Received == 0))
        {
            assembly.Ticket = journal.AddPacket(assembly.Ticket, assembly.Received == 0, now);
        }
    }

    private void WriteFinished(NetoopsAssembly assembly, string? early, Moment now)
    {
        if (journal is null || _isInPlace || assembly.Ticket == 0)
        {
            return;
        }

        journal.Close(assembly.Ticket, 0, early is null ? default : Encoding.UTF8.GetBytes(early));
        journal.Remember(assembly.Ticket, assembly.Family.Source, NetoopsMemory.Write(assembly.Memory()), now);
    }
}

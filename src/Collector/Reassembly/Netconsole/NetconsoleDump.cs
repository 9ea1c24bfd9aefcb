using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>A closed window on its way to analysis: the datagrams as received, and what was known about their stream.</summary>
internal sealed class NetconsoleDump : ReassembledDump
{
    public required bool IsExtended { get; init; }

    public required CrashWindow Window { get; init; }

    public required WindowEnd End { get; init; }

    public required string? Release { get; init; }

    public required bool SendsEveryLevel { get; init; }

    public override long Bytes => Window.Capacity;

    // A continuation of a full window is the rest of a report, whether or not a new crash begins in it, and is always kept.
    public override bool NeedsCrash => !Window.IsContinuation;

    public override FinishedDump Join(string collector)
    {
        var datagrams = Window.Container.ToArray();
        Window.Release();

        var transcript = IsExtended ? ExtendedTranscript.Write(datagrams, SendsEveryLevel) : BasicTranscript.Write(datagrams);
        return new FinishedDump
        {
            // The time of the crash. The first line before it may be hours older.
            Id = DumpId.At(Window.Opened.Utc),
            ReceivedAt = Window.Opened.Utc,
            CompletedAt = Window.Last.Utc,
            Transport = IsExtended ? Transport.Netconsole : Transport.NetconsoleBasic,
            Key = ComputeKey(transcript),
            Host = new HostClaim(Source.ToAddress(), Source.Port, transcript.HostName),
            KernelRelease = Release ?? transcript.KernelRelease,
            Log = transcript.Log,
            Datagrams = datagrams,
            Completeness = transcript.Completeness with { Notes = [.. transcript.Completeness.Notes, .. DescribeBounds()] },
            UserFields = transcript.Fields,
            Collector = collector,
            Settled = Ticket == 0 ? null : Settle,
        };
    }

    public override void Discard() => Window.Release();

    private IEnumerable<string> DescribeBounds()
    {
        if (IsRestored)
        {
            yield return RestoredNote;
        }

        if (Window.IsContinuation)
        {
            yield return "goes on where the dump before it was full";
        }

        var end = End switch
        {
            WindowEnd.Restarted => "ended where the sender's record numbers began again (a reboot, as a rule)",
            WindowEnd.Full => "full: the log goes on in the next dump",
            WindowEnd.TooOld => "ended after its longest time while the sender went on talking",
            WindowEnd.MemoryFull => "ended early: the collector's memory for open windows was full",
            WindowEnd.Stopped => "ended early: the collector was stopped",
            _ => null,
        };
        if (end is not null)
        {
            yield return end;
        }
    }

    // The same dump gets the same key however often it is stored or replayed: sender, identity of the first record, content. A log without
    // printk times could occur again word for word, so there the arrival time is part of the key.
    private byte[] ComputeKey(Transcript transcript)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[16 + sizeof(ushort) + 1 + sizeof(ulong) + sizeof(long)];
        Source.WriteAddress(head);
        BinaryPrimitives.WriteUInt16LittleEndian(head[16..], Source.Port);
        head[18] = IsExtended ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(head[19..], transcript.FirstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(head[27..], transcript.HasTimes ? 0 : Window.Opened.Unix);
        hash.AppendData(head);
        hash.AppendData(Encoding.UTF8.GetBytes(transcript.HostName ?? ""));
        hash.AppendData(transcript.Log);
        return hash.GetHashAndReset();
    }
}

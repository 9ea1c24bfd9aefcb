using System.Globalization;
using System.Security.Cryptography;
using Mayday.Analysis;
using Mayday.Collector.Datagrams;
using Mayday.Protocol;
using Mayday.Protocol.Netoops;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Reassembly.Netoops;

/// <summary>A netoops dump that left reassembly, complete or partial.</summary>
internal sealed class NetoopsDump : ReassembledDump
{
    public required Moment First { get; init; }

    public required Moment Last { get; init; }

    /// <summary>All bytes before the log, with the packet number set to zero.</summary>
    public required byte[] Prefix { get; init; }

    public required int PacketCount { get; init; }

    /// <summary>Numbers of the packets that arrived, ascending: 0 is the newest text.</summary>
    public required int[] Numbers { get; init; }

    /// <summary>The log bytes of these packets without trailing NULs, in the same order.</summary>
    public required BlockSlice[] Slices { get; init; }

    public required FragmentBlocks Blocks { get; init; }

    public required long LogBytes { get; init; }

    public required int LargestPacket { get; init; }

    public required bool HasOddPackets { get; init; }

    public required long Duplicates { get; init; }

    public required long Conflicting { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Why the dump was finished early; usually null.</summary>
    public required string? Early { get; init; }

    public override long Bytes => LogBytes + NetoopsAssembly.Overhead;

    public override FinishedDump Join(string collector)
    {
        var log = JoinLog(out var missing, out var emptyPackets);
        Blocks.Release();

        // One byte of log turns the prefix into a packet again, so that the normal parser can read its fields.
        byte[] header = [.. Prefix, 1];
        if (!NetoopsPacket.TryParse(header, out var packet, out var reason))
        {
            throw new InvalidOperationException($"A stored netoops prefix no longer parses: {reason}.");
        }

        var missingPackets = PacketCount - Numbers.Length;
        var fields = NetoopsUserBlob.Read(packet.UserBlob);
        var registers = new List<RegisterValue>(packet.Registers.Count);
        foreach (var register in packet.Registers)
        {
            registers.Add(new RegisterValue(register.Name, register.Value.ToString(packet.Registers.Width == RegisterWidth.Bits64 ? "x16" : "x8", CultureInfo.InvariantCulture)));
        }

        return new FinishedDump
        {
            Id = DumpId.At(First.Utc),
            ReceivedAt = First.Utc,
            CompletedAt = Last.Utc,
            Transport = Transport.Netoops,
            Key = ComputeKey(packet, log),
            Host = new HostClaim(Source.ToAddress(), Source.Port, fields.FirstOrDefault(field => field.Key == "host" && field.Value.Length > 0).Value),
            BootId = packet.BootId == 0 ? null : packet.BootId.ToString("x8", CultureInfo.InvariantCulture),
            DumpNumber = packet.DumpId,
            DumpType = packet.Type switch
            {
                DumpType.Oops => "oops",
                DumpType.Soft => "soft",
                var other => ((int)other).ToString(CultureInfo.InvariantCulture),
            },
            KernelRelease = SenderText.Read(packet.KernelRelease, NetoopsFormat.KernelReleaseLength),
            Log = log,
            Completeness = new Completeness
            {
                Complete = missingPackets == 0,
                Expected = PacketCount,
                Received = Numbers.Length,
                Duplicates = Duplicates,
                Conflicting = Conflicting,
                Missing = missingPackets,
                MissingBytes = (long)(missingPackets + emptyPackets) * LargestPacket,
                MissingRanges = missing,
                // A dump that was complete after its first round was not kept waiting, so nothing is known about later rounds.
                Rounds = missingPackets == 0 && Rounds == 1 ? null : Rounds,
                Notes = WriteNotes(packet, emptyPackets),
            },
            HeaderRegisters = registers,
            Processor = packet.Registers.ProcessorDescription,
            UserFields = [.. fields.Select(field => new UserField(field.Key, field.Value))],
            UserBlob = packet.UserBlob.ContainsAnyExcept((byte)0) ? packet.UserBlob.ToArray() : ReadOnlyMemory<byte>.Empty,
            Collector = collector,
            Settled = Ticket == 0 ? null : Settle,
        };
    }

    public override void Discard() => Blocks.Release();

    // From the highest number (oldest text) to the lowest, with a visible line where packets are missing or empty.
    private byte[] JoinLog(out List<MissingRange> missing, out int emptyPackets)
    {
        var log = new MemoryStream((int)Math.Min(LogBytes + 256, int.MaxValue / 2));
        missing = [];
        emptyPackets = 0;
        var expected = PacketCount - 1;
        for (var i = Numbers.Length - 1; i >= 0; i--)
        {
            MarkMissing(log, missing, Numbers[i] + 1, expected);
            var text = Blocks.Read(Slices[i]);
            if (text.IsEmpty)
            {
                emptyPackets++;
                WriteMark(log, GapMark.ForEmptyPacket(Numbers[i]));
            }

            log.Write(text);
            expected = Numbers[i] - 1;
        }

        MarkMissing(log, missing, 0, expected);
        missing.Reverse();
        return log.ToArray();
    }

    private void MarkMissing(MemoryStream log, List<MissingRange> missing, int first, int last)
    {
        if (first > last)
        {
            return;
        }

        missing.Add(new MissingRange(first, last));
        WriteMark(log, GapMark.ForPackets(first, last, (long)(last - first + 1) * LargestPacket));
    }

    internal static void WriteMark(MemoryStream log, string mark)
    {
        if (log.Length > 0 && log.GetBuffer()[log.Length - 1] != '\n')
        {
            log.WriteByte((byte)'\n');
        }

        foreach (var letter in mark)
        {
            log.WriteByte((byte)letter);
        }

        log.WriteByte((byte)'\n');
    }

    private List<string> WriteNotes(in NetoopsPacket packet, int emptyPackets)
    {
        var notes = new List<string>();
        if (emptyPackets > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"{emptyPackets} {(emptyPackets == 1 ? "packet" : "packets")} came empty: {(long)emptyPackets * NetoopsFormat.DataLength} bytes lost by the sender"));
        }

        if (Conflicting > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"{Conflicting} {(Conflicting == 1 ? "packet" : "packets")} differed between rounds: the first copy was kept"));
        }

        if (HasOddPackets || LargestPacket != NetoopsFormat.DataLength)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"packets carry up to {LargestPacket} log bytes instead of {NetoopsFormat.DataLength}"));
        }

        if (packet.Type is not (DumpType.Oops or DumpType.Soft))
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"unknown dump type {(int)packet.Type}"));
        }

        if (packet.Layout == NetoopsLayout.Opaque)
        {
            notes.Add("unknown header layout: only its common fields were read");
        }

        if (Early is not null)
        {
            notes.Add(Early);
        }

        if (IsRestored)
        {
            notes.Add(RestoredNote + ": copies from before are not counted");
        }

        return notes;
    }

    // The same dump gets the same key wherever and however often it is received, on any port: address, dump key, content.
    private byte[] ComputeKey(in NetoopsPacket packet, byte[] log)
    {
        Span<byte> material = stackalloc byte[16 + NetoopsPacket.KeyLength + SHA256.HashSizeInBytes];
        Source.WriteAddress(material);
        packet.ComputeKey(material.Slice(16, NetoopsPacket.KeyLength));
        SHA256.HashData(log, material[(16 + NetoopsPacket.KeyLength)..]);
        return SHA256.HashData(material);
    }
}

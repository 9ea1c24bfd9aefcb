using System.Globalization;
using System.Text;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Kmsg;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;
using Mayday.Protocol.Pstore;

namespace Mayday.Fuzz.Tests;

/// <summary>
/// A million hostile datagrams through every parser: no exception, no field outside the datagram, no refusal without a reason. The seed is
/// printed; MAYDAY_FUZZ_SEED repeats a run, MAYDAY_FUZZ_COUNT makes it longer.
/// </summary>
[Trait("Tier", "chaos")]
public sealed class ParserFuzzTests(ITestOutputHelper output)
{
    private const int DefaultCount = 1_000_000;

    [Fact]
    public void MutatedDatagrams_ThroughEveryParser_NeverThrowAndNeverLie()
    {
        var seed = FromEnvironment("MAYDAY_FUZZ_SEED", Random.Shared.Next());
        var count = FromEnvironment("MAYDAY_FUZZ_COUNT", DefaultCount);
        output.WriteLine($"seed {seed}, {count} datagrams");

        var mutator = new DatagramMutator(DatagramSeeds.Golden(), DatagramSeeds.Captured(), seed);
        var scratch = new byte[8192];
        var reasons = new long[Enum.GetValues<PacketRejectReason>().Length];
        var formats = new long[Enum.GetValues<DatagramFormat>().Length];
        for (var i = 0; i < count; i++)
        {
            var datagram = mutator.Next();
            try
            {
                formats[(int)DatagramClassifier.Classify(datagram)]++;
                reasons[(int)Judge(datagram)]++;
                CheckNetoops(datagram, readBlob: i % 16 == 0);
                CheckExtended(datagram, scratch);
                CheckText(datagram, scratch);
                CheckEvlog(datagram, reasons);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException(
                    $"Datagram {i} of seed {seed}, {datagram.Length} bytes: {Convert.ToHexStringLower(datagram)} {Encoding.Latin1.GetString(datagram)}", exception);
            }
        }

        output.WriteLine(string.Join(", ", formats.Select((number, format) => $"{(DatagramFormat)format} {number}")));
        output.WriteLine(string.Join(", ", reasons.Select((number, reason) => $"{(PacketRejectReason)reason} {number}")));

        // The mutations reach every format and every reason a single datagram can have, or they prove nothing.
        if (count >= DefaultCount)
        {
            Assert.All(formats, number => Assert.NotEqual(0, number));
            Assert.All(reasons.Index().Where(one => (PacketRejectReason)one.Index is not (PacketRejectReason.FragmentTotalChanged or PacketRejectReason.Truncated or PacketRejectReason.NotFromKernel)),
                one => Assert.True(one.Item > 0, $"no datagram was refused as {(PacketRejectReason)one.Index}"));
        }
    }

    // The way a receiver takes: classify, then ask the parser of that format. Every datagram is read or has a reason.
    private static PacketRejectReason Judge(ReadOnlySpan<byte> datagram)
    {
        var reason = PacketRejectReason.None;
        var accepted = DatagramClassifier.Classify(datagram) switch
        {
            DatagramFormat.Unknown => false,
            DatagramFormat.Netoops => NetoopsPacket.TryParse(datagram, out _, out reason),
            DatagramFormat.NetconsoleExtended => ExtendedPacket.TryParse(datagram, out _, out reason),
            DatagramFormat.Evlog => ReadFirst(datagram, out reason),
            _ => true,
        };
        if (datagram.IsEmpty)
        {
            reason = PacketRejectReason.Empty;
        }

        Require(accepted == (reason == PacketRejectReason.None), "accepted with a reason to refuse");
        return reason;
    }

    private static bool ReadFirst(ReadOnlySpan<byte> datagram, out PacketRejectReason reason)
    {
        var reader = new EvlogReader(datagram);
        Require(reader.MoveNext(), "a datagram without a first record");
        reason = reader.Reason;
        Require((reason == PacketRejectReason.None) == EvlogFrame.IsCandidate(datagram), "candidate and reader disagree");
        return reason == PacketRejectReason.None;
    }

    // What stands behind the first record has reasons of its own.
    private static void CheckEvlog(ReadOnlySpan<byte> datagram, long[] reasons)
    {
        var at = 0;
        for (var reader = new EvlogReader(datagram); reader.MoveNext();)
        {
            Require(reader.Offset == at && !reader.Frame.IsEmpty, "records overlap or stand still");
            at += reader.Frame.Length;
            if (reader.Offset > 0 && EvlogFrame.IsShapedLikeFrame(datagram))
            {
                reasons[(int)reader.Reason]++;
            }

            if (reader.Reason != PacketRejectReason.None)
            {
                continue;
            }

            Require(reader.Record.Variable.Length <= EvlogRecord.MaxVariableLength && (byte)reader.Record.Severity <= 7, "record out of bounds");
            Require(reader.Record.FacilityCode is null == !reader.Record.Facility.IsEmpty, "a record with no facility, or two");
        }

        Require(at == datagram.Length, "the walk does not cover the datagram");
    }

    private static void CheckNetoops(ReadOnlySpan<byte> datagram, bool readBlob)
    {
        if (!NetoopsPacket.TryParse(datagram, out var packet, out var reason))
        {
            Require(reason != PacketRejectReason.None, "netoops refused without a reason");
            return;
        }

        Require(reason == PacketRejectReason.None, "netoops accepted with a reason");
        Require(packet.PacketCount is > 0 and <= NetoopsPacket.MaxPacketCount, "packet count");
        Require(packet.PacketNumber >= 0 && packet.PacketNumber < packet.PacketCount, "packet number");
        Require(packet.Prefix.Length + packet.Data.Length == datagram.Length && packet.Data.Length > 0, "prefix and data");
        Require(packet.ArchOffset + packet.ArchBlock.Length == packet.DataOffset, "arch block");
        Require(packet.KernelRelease.Length <= 64 && packet.UserBlob.Length is 0 or 128, "release and blob");
        var named = 0;
        foreach (var register in packet.Registers)
        {
            named += register.Name.Length > 0 ? 1 : 0;
        }

        Require(named == packet.Registers.Count && (packet.Registers.InstructionPointer is null) == (named == 0), "registers");
        Span<byte> key = stackalloc byte[NetoopsPacket.KeyLength];
        packet.ComputeKey(key);
        _ = packet.IsDataAllNul;
        if (readBlob)
        {
            Require(NetoopsUserBlob.Read(packet.UserBlob).Count <= 64, "blob fields");
        }
    }

    private static void CheckExtended(ReadOnlySpan<byte> datagram, byte[] scratch)
    {
        var isExtended = ExtendedPacket.TryParse(datagram, out var packet, out var reason);
        Require(ExtendedPacket.HasExtendedHeader(datagram) == (isExtended || reason != PacketRejectReason.None), "header and packet disagree");
        if (!isExtended)
        {
            return;
        }

        Require(packet.Header.Length + 1 + packet.Body.Length == datagram.Length, "header and body");
        Require(packet.Priority is >= 0 and <= 2047, "priority");
        Require(!packet.HasFragment || (packet.Body.Length > 0 && packet.FragmentOffset >= 0
            && (long)packet.FragmentOffset + packet.Body.Length <= packet.FragmentTotal && packet.FragmentTotal <= ExtendedPacket.MaxFragmentTotal), "fragment");
        CheckBody(new MessageBody(packet.Body), scratch);
    }

    private static void CheckBody(MessageBody body, byte[] scratch)
    {
        Require(body.UnescapeText(scratch) <= body.Text.Length, "unescaped text grew");
        Require(body.Text.IndexOf((byte)'\n') < 0, "text goes over a line end");
        var fields = 0;
        foreach (var field in body.Fields)
        {
            fields++;
            Require(!field.Key.IsEmpty && field.Value.IndexOf((byte)'\n') < 0, "field");
        }

        Require(!body.TryGetMessageId(out _) || fields > 0, "a message id that is no field");
    }

    private static void CheckText(ReadOnlySpan<byte> datagram, byte[] scratch)
    {
        if (KmsgRecord.TryParse(datagram, out var record))
        {
            CheckBody(record.Body, scratch);
        }

        var hasPrefix = LogLine.TryParse(datagram, out var line);
        Require(line.Line.EndsWith(line.Text) && hasPrefix == (line.HasPriority || line.HasTimestamp), "log line lost its text");
        if (PstoreFile.TryParse(datagram, out var file))
        {
            Require(file.Count >= 0 && file.Part > 0 && file.Text.Length < datagram.Length, "pstore");
        }

        _ = EvlogFrame.IsCandidate(datagram) && EvlogFrame.IsShapedLikeFrame(datagram);
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException(what);
        }
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}

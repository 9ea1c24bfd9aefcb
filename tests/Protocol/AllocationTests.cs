using Mayday.Protocol.Evlog;
using Mayday.Protocol.Kmsg;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Protocol.Tests;

/// <summary>The parse path allocates nothing per datagram: counted by the runtime, not judged by eye.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void ParsePath_OverEveryGoldenDatagram_AllocatesNothing()
    {
        byte[][] datagrams = [.. NetoopsVectors.All.Select(vector => vector.Datagram()), .. NetconsoleVectors.All, .. EvlogVectors.Frames, .. EvlogVectors.Drained];
        var scratch = new byte[4096];
        var expected = ReadAll(datagrams, scratch);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var sum = 0L;
        for (var round = 0; round < 100; round++)
        {
            sum += ReadAll(datagrams, scratch);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(100 * expected, sum);
        Assert.Equal(0, allocated);
    }

    private static long ReadAll(byte[][] datagrams, byte[] scratch)
    {
        var sum = 0L;
        Span<byte> key = stackalloc byte[NetoopsPacket.KeyLength];
        foreach (var datagram in datagrams)
        {
            sum += (int)DatagramClassifier.Classify(datagram);
            if (NetoopsPacket.TryParse(datagram, out var netoops, out _))
            {
                netoops.ComputeKey(key);
                sum += key[0] + (netoops.IsDataAllNul ? 1 : 0);
                foreach (var register in netoops.Registers)
                {
                    sum += (byte)register.Value;
                }
            }

            if (ExtendedPacket.TryParse(datagram, out var extended, out _))
            {
                var body = new MessageBody(extended.Body);
                sum += body.UnescapeText(scratch) + (body.TryGetMessageId(out var id) ? (byte)id : 0);
                foreach (var field in body.Fields)
                {
                    sum += field.Value.Length;
                }
            }

            sum += LogLine.TryParse(datagram, out var line) ? line.Text.Length : 0;
            for (var reader = new EvlogReader(datagram); reader.MoveNext();)
            {
                if (reader.Reason != PacketRejectReason.None)
                {
                    continue;
                }

                sum += reader.Record.Pid + reader.Record.Facility.Length + reader.Record.ComputeEventType();
                if (reader.Record.Format == EvlogFormat.Printf)
                {
                    sum += reader.Record.ReadPrintf().Render(scratch, out _);
                }
            }
        }

        return sum;
    }
}

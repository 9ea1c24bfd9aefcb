using System.Text;
using Mayday.Protocol.Netoops;

namespace Mayday.Collector.Tests;

/// <summary>Dumps as senders make them.</summary>
internal static class Netoops
{
    public const string Oops =
        "<1>[   12.345678] BUG: unable to handle kernel NULL pointer dereference at 0000000000000008\n<1>[   12.345700] IP: [<ffffffff81336a5c>] tcp_ack+0x1c/0x40\n";

    public static NetoopsDumpHeader Header(ushort dumpId = 0x1234, uint bootId = 0x11223344, byte register = 0) => new()
    {
        DumpId = dumpId,
        BootId = bootId,
        KernelRelease = "2.6.32-220.el6.x86_64"u8.ToArray(),
        Registers = register == 0 ? default : Enumerable.Repeat(register, NetoopsFormat.Registers64Length).ToArray(),
    };

    /// <summary>A log of numbered lines, newest last, so that every byte tells its place.</summary>
    public static byte[] Log(int length, string tag = "line")
    {
        var text = new StringBuilder(length + 64);
        for (var i = 0; text.Length < length; i++)
        {
            text.Append($"<6>[{i,5}.000000] {tag} {i}\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString()[..length]);
    }

    /// <summary>The datagrams of one round, in the order they are sent.</summary>
    public static byte[][] Packets(byte[] log, NetoopsDumpHeader? header = null, int older = 0, bool losesFullLastChunk = false)
    {
        var writer = new NetoopsWriter(header ?? Header(), log.AsMemory(0, older), log.AsMemory(older), losesFullLastChunk);
        return [.. Enumerable.Range(0, writer.PacketCount).Select(number =>
        {
            var datagram = new byte[writer.PacketLength];
            writer.Write(number, datagram);
            return datagram;
        })];
    }
}

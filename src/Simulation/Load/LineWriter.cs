using System.Buffers.Text;
using System.Text;

namespace Mayday.Simulation.Load;

/// <summary>Writes netconsole datagrams into their slots without allocating, in some tens of nanoseconds each.</summary>
internal sealed class LineWriter
{
    // Ordinary lines: words that no crash report contains, starting at a different place in each line.
    private const string Words = "eth0: link is up, 1000 Mbps full duplex; ext4 on sda1: mounted, quota off; usb 1-1: new device, ready; audit: all is well; ";
    private const int Shortest = 8;

    // A line of 900 bytes can start at any of 64 places.
    private static readonly byte[] s_chatter = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Words, 12)));

    private readonly byte[] _hostPrefix;
    private readonly int _lineBytes;

    /// <summary>Creates a writer.</summary>
    /// <param name="hostName">Prefix of the host names; empty for lines without a name.</param>
    /// <param name="lineBytes">Bytes of an ordinary line's datagram.</param>
    public LineWriter(string hostName, int lineBytes)
    {
        _hostPrefix = Encoding.ASCII.GetBytes(hostName);
        _lineBytes = lineBytes;
    }

    /// <summary>Writes "NAME-000123" of machine 122.</summary>
    /// <returns>The bytes written.</returns>
    public int WriteName(Span<byte> destination, int host)
    {
        _hostPrefix.CopyTo(destination);
        destination[_hostPrefix.Length] = (byte)'-';
        Utf8Formatter.TryFormat(host + 1, destination[(_hostPrefix.Length + 1)..], out var digits, new('D', 6));
        return _hostPrefix.Length + 1 + digits;
    }

    /// <summary>One record in the extended format, with name and message id.</summary>
    /// <returns>The bytes written.</returns>
    public int WriteExtended(Span<byte> slot, int host, in LoadPacket packet)
    {
        var line = packet.Dump is { } dump ? dump.Line(packet.Number) : default;
        var length = Append(slot, 0, line.IsEmpty ? 6UL : (ulong)(line[1] - '0'));
        slot[length++] = (byte)',';
        length = Append(slot, length, packet.Sequence);
        slot[length++] = (byte)',';
        length = Append(slot, length, packet.Microseconds);
        ",-;"u8.CopyTo(slot[length..]);
        length += 3;

        Span<byte> tail = stackalloc byte[160];
        var tailLength = 0;
        tail[tailLength++] = (byte)'\n';
        if (_hostPrefix.Length > 0 && host >= 0)
        {
            " host="u8.CopyTo(tail[tailLength..]);
            tailLength += 6;
            tailLength += WriteName(tail[tailLength..], host);
            tail[tailLength++] = (byte)'\n';
        }

        " msgid="u8.CopyTo(tail[tailLength..]);
        tailLength = Append(tail, tailLength + 7, packet.Sequence + 1);
        tail[tailLength++] = (byte)'\n';

        length = AppendText(slot, length, line, packet.Sequence, tailLength);
        tail[..tailLength].CopyTo(slot[length..]);
        return length + tailLength;
    }

    /// <summary>One line in the basic format.</summary>
    /// <returns>The bytes written.</returns>
    public int WriteBasic(Span<byte> slot, in LoadPacket packet)
    {
        slot[0] = (byte)'[';
        OopsText.WriteTime(slot[1..], packet.Microseconds);
        "] "u8.CopyTo(slot[13..]);
        var line = packet.Dump is { } dump ? dump.Line(packet.Number) : default;
        var length = AppendText(slot, 15, line, packet.Sequence, 1);
        slot[length] = (byte)'\n';
        return length + 1;
    }

    private int AppendText(Span<byte> slot, int length, ReadOnlySpan<byte> line, ulong sequence, int tailLength)
    {
        // "<4>[12345.678901] " comes before the text of a printed line.
        const int prefix = 18;
        var text = line.IsEmpty
            ? s_chatter.AsSpan((int)(sequence & 63), Math.Max(Shortest, _lineBytes - length - tailLength))
            : line[prefix..];
        text.CopyTo(slot[length..]);
        return length + text.Length;
    }

    private static int Append(Span<byte> destination, int length, ulong number)
    {
        Utf8Formatter.TryFormat(number, destination[length..], out var written);
        return length + written;
    }
}

using System.Text;

namespace Mayday.Protocol.Evlog;

/// <summary>The checksum that evlog uses for event types and facilities: CRC-32/BZIP2 (polynomial 0x04C11DB7, most significant bit first,
/// initial and final complement). It is not the reflected CRC-32 of zlib. Source: <c>facreg.c</c> and <c>evlogd.c</c> of evlog
/// 1.6.1.</summary>
public static class EvlogCrc
{
    private const uint Polynomial = 0x04c11db7;

    private static readonly uint[] s_table = MakeTable();

    /// <summary>The checksum of the bytes as they are.</summary>
    /// <param name="bytes">Any bytes; none give 0.</param>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc = (crc << 8) ^ s_table[(crc >> 24) ^ one];
        }

        return ~crc;
    }

    /// <summary>
    /// The event type of a text or format string: the checksum of its bytes up to the first NUL, without levels (<c>&lt;n&gt;</c>) at its
    /// beginning and without line feeds at its end.
    /// </summary>
    /// <param name="text">The variable part of a record, or a format string.</param>
    /// <returns>The checksum as evlog stores it, signed; usually shown as unsigned hexadecimal.</returns>
    public static int EventTypeOf(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)0);
        if (end >= 0)
        {
            text = text[..end];
        }

        return (int)Compute(WithoutLevels(text).TrimEnd((byte)'\n'));
    }

    /// <summary>The event type of a format string in UTF-8.</summary>
    /// <param name="format">A format string of at most some kilobytes.</param>
    public static int EventTypeOf(string format) => EventTypeOf(Encoding.UTF8.GetBytes(format));

    internal static ReadOnlySpan<byte> WithoutLevels(ReadOnlySpan<byte> text)
    {
        while (text is [(byte)'<', >= (byte)'0' and <= (byte)'9', (byte)'>', ..])
        {
            text = text[3..];
        }

        return text;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var crc = i << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc << 1) ^ ((crc & 0x80000000) == 0 ? 0 : Polynomial);
            }

            table[i] = crc;
        }

        return table;
    }
}

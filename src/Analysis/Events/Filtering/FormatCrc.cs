using System.Text;

namespace Mayday.Analysis.Events.Filtering;

/// <summary>
/// The event type that evlog gives a format string: CRC-32/BZIP2 of it without leading levels and trailing line feeds. Source: evlog 1.6.1, evlogd.
/// </summary>
internal static class FormatCrc
{
    public static int Of(string format)
    {
        var bytes = Encoding.UTF8.GetBytes(format).AsSpan();
        while (bytes is [(byte)'<', >= (byte)'0' and <= (byte)'9', (byte)'>', ..])
        {
            bytes = bytes[3..];
        }

        var crc = uint.MaxValue;
        foreach (var value in bytes.TrimEnd((byte)'\n'))
        {
            crc ^= (uint)value << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000_0000) != 0 ? (crc << 1) ^ 0x04C1_1DB7 : crc << 1;
            }
        }

        return (int)~crc;
    }
}

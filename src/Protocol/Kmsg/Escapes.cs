using System.Buffers;

namespace Mayday.Protocol.Kmsg;

/// <summary>
/// The <c>\xNN</c> escapes of /dev/kmsg and extended netconsole: in text and dictionary, control bytes, bytes from 127 up and the backslash
/// itself are written with two lower-case hex digits.
/// </summary>
public static class Escapes
{
    private const int EscapeLength = 4;

    /// <summary>Undoes the escapes. What only looks like the beginning of one is kept as it is.</summary>
    /// <param name="escaped">The escaped bytes; must be whole, because fragments are cut inside escapes.</param>
    /// <param name="destination">At least as long as <paramref name="escaped"/>; may be the same memory.</param>
    /// <returns>The bytes written, at most <paramref name="escaped"/>'s length.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <paramref name="escaped"/>.</exception>
    public static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> destination)
    {
        if (destination.Length < escaped.Length)
        {
            throw new ArgumentException("Unescaped text can be as long as the escaped.", nameof(destination));
        }

        var written = 0;
        while (true)
        {
            var backslash = escaped.IndexOf((byte)'\\');
            if (backslash < 0)
            {
                escaped.CopyTo(destination[written..]);
                return written + escaped.Length;
            }

            escaped[..backslash].CopyTo(destination[written..]);
            written += backslash;
            escaped = escaped[backslash..];
            if (TryReadEscape(escaped, out var value))
            {
                destination[written++] = value;
                escaped = escaped[EscapeLength..];
            }
            else
            {
                destination[written++] = (byte)'\\';
                escaped = escaped[1..];
            }
        }
    }

    /// <summary>Undoes the escapes into a buffer writer.</summary>
    /// <param name="escaped">The escaped bytes, whole.</param>
    /// <param name="writer">Where the plain bytes go.</param>
    public static void Unescape(ReadOnlySpan<byte> escaped, IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (escaped.IsEmpty)
        {
            return;
        }

        writer.Advance(Unescape(escaped, writer.GetSpan(escaped.Length)));
    }

    /// <summary>Writes text with escapes, as the kernel does.</summary>
    /// <param name="text">Plain bytes; a line end inside becomes <c>\x0a</c>.</param>
    /// <param name="writer">Where the escaped bytes go.</param>
    public static void Escape(ReadOnlySpan<byte> text, IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (var letter in text)
        {
            if (letter is >= (byte)' ' and < 127 and not (byte)'\\')
            {
                writer.GetSpan(1)[0] = letter;
                writer.Advance(1);
                continue;
            }

            var escape = writer.GetSpan(EscapeLength);
            escape[0] = (byte)'\\';
            escape[1] = (byte)'x';
            escape[2] = HexDigit(letter >> 4);
            escape[3] = HexDigit(letter & 0xf);
            writer.Advance(EscapeLength);
        }
    }

    private static bool TryReadEscape(ReadOnlySpan<byte> text, out byte value)
    {
        value = 0;
        if (text.Length < EscapeLength || text[1] != 'x' || !char.IsAsciiHexDigit((char)text[2]) || !char.IsAsciiHexDigit((char)text[3]))
        {
            return false;
        }

        value = (byte)((HexValue(text[2]) << 4) | HexValue(text[3]));
        return true;
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);
}

using System.Text;

namespace Mayday.Agent.Printk;

/// <summary>Reads one conversion of a format string, as the kernel's vsnprintf does (lib/vsprintf.c, format_decode and pointer).</summary>
internal static class ConversionSyntax
{
    // Wider fields do not exist; a number beyond this is a string that only looks like a format.
    private const int MostWidth = 1024;

    /// <summary>Reads what begins with <c>%</c>.</summary>
    /// <param name="format">From the percent sign on.</param>
    /// <param name="conversion">The conversion; null for <c>%%</c> and for what prints as it stands.</param>
    /// <returns>The bytes it takes, at least 1.</returns>
    public static int Read(ReadOnlySpan<byte> format, out Conversion? conversion)
    {
        conversion = null;
        var position = 1;
        bool isLeft = false, hasPlus = false, hasBlank = false, hasMark = false, hasZeros = false;
        for (; position < format.Length; position++)
        {
            if (format[position] == '-')
            {
                isLeft = true;
            }
            else if (format[position] == '+')
            {
                hasPlus = true;
            }
            else if (format[position] == ' ')
            {
                hasBlank = true;
            }
            else if (format[position] == '#')
            {
                hasMark = true;
            }
            else if (format[position] == '0')
            {
                hasZeros = true;
            }
            else
            {
                break;
            }
        }

        var width = ReadNumber(format, ref position, out var hasStarWidth);
        var precision = -1;
        var hasStarPrecision = false;
        if (position < format.Length && format[position] == '.')
        {
            position++;
            precision = ReadNumber(format, ref position, out hasStarPrecision);
        }

        while (position < format.Length && format[position] is (byte)'h' or (byte)'l' or (byte)'L' or (byte)'z' or (byte)'Z' or (byte)'t' or (byte)'j')
        {
            position++;
        }

        if (position >= format.Length || width > MostWidth || precision > MostWidth)
        {
            return Math.Min(position, format.Length);
        }

        var separator = (byte)' ';
        ConversionShape shape;
        switch ((char)format[position++])
        {
            case 'd' or 'i':
                shape = ConversionShape.Signed;
                break;
            case 'u':
                shape = ConversionShape.Unsigned;
                break;
            case 'o':
                shape = ConversionShape.Octal;
                break;
            case 'x':
                shape = ConversionShape.HexLower;
                break;
            case 'X':
                shape = ConversionShape.HexUpper;
                break;
            case 'c':
                shape = ConversionShape.Character;
                break;
            case 's':
                shape = ConversionShape.String;
                break;
            case 'p':
                var begin = position;
                while (position < format.Length && char.IsAsciiLetterOrDigit((char)format[position]))
                {
                    position++;
                }

                shape = PointerShape(format[begin..position], out separator);
                break;
            default:
                return position;
        }

        conversion = new Conversion
        {
            Written = Encoding.ASCII.GetString(format[..position]),
            Shape = shape,
            Width = width,
            // "%.d" is precision 0; the precision of a star is known only from the text.
            Precision = hasStarPrecision ? -1 : precision,
            HasStarWidth = hasStarWidth,
            HasStarPrecision = hasStarPrecision,
            IsLeft = isLeft,
            HasPlus = hasPlus,
            HasBlank = hasBlank,
            HasMark = hasMark,
            HasZeros = hasZeros,
            Separator = separator,
        };
        return position;
    }

    private static int ReadNumber(ReadOnlySpan<byte> format, ref int position, out bool isStar)
    {
        isStar = position < format.Length && format[position] == '*';
        if (isStar)
        {
            position++;
            return 0;
        }

        var number = 0;
        for (; position < format.Length && char.IsAsciiDigit((char)format[position]); position++)
        {
            number = Math.Min(number * 10 + format[position] - '0', MostWidth + 1);
        }

        return number;
    }

    private static ConversionShape PointerShape(ReadOnlySpan<byte> extension, out byte separator)
    {
        separator = (byte)' ';
        if (extension.IsEmpty)
        {
            return ConversionShape.Pointer;
        }

        var second = extension.Length > 1 ? (char)extension[1] : '\0';
        switch ((char)extension[0])
        {
            case 'K' or 'x':
                return ConversionShape.Pointer;
            case 'S' or 's' or 'B' or 'F' or 'f' when second != 'w':
                return ConversionShape.Symbol;
            case 'M' or 'm':
                return ConversionShape.HardwareAddress;
            case 'I' or 'i' when second == '4':
                return ConversionShape.Ip4;
            case 'I' or 'i':
                return ConversionShape.Ip;
            case 'U':
                return ConversionShape.Uuid;
            case 'h':
                separator = second switch { 'C' => (byte)':', 'D' => (byte)'-', 'N' => 0, _ => (byte)' ' };
                return ConversionShape.HexDump;
            case 'b':
                return second == 'l' ? ConversionShape.BitmapList : ConversionShape.Bitmap;
            case 'R' or 'r':
                return ConversionShape.Resource;
            case 'a':
                return ConversionShape.PhysicalAddress;
            case 'e':
                return ConversionShape.ErrorName;
            default:
                // %pV, %pd, %pg, %pOF, %pE, %pt, %p4cc and whatever comes: names and sentences of any form.
                return ConversionShape.String;
        }
    }
}

using System.Buffers;
using System.Text;

namespace Mayday.Agent.Printk;

/// <summary>
/// One conversion of a format string, by the rules of the kernel's vsnprintf (lib/vsprintf.c, Documentation/core-api/printk-formats.rst):
/// where in a text its output may end, and which value that is.
/// </summary>
internal sealed class Conversion
{
    // Wider than any conversion of the kernel; limits how much padding is examined.
    private const int MostPadding = 64;

    // 64 bits.
    private const int MostDecimalDigits = 20;
    private const int MostOctalDigits = 22;
    private const int MostHexDigits = 16;

    // KSYM_NAME_LEN is 512, offset and size behind it.
    private const int MostSymbol = 600;

    // %*ph prints at most 64 bytes.
    private const int MostDumpBytes = 64;

    private static readonly SearchValues<byte> s_digits = SearchValues.Create("0123456789"u8);
    private static readonly SearchValues<byte> s_octalDigits = SearchValues.Create("01234567"u8);
    private static readonly SearchValues<byte> s_lowerHex = SearchValues.Create("0123456789abcdef"u8);
    private static readonly SearchValues<byte> s_upperHex = SearchValues.Create("0123456789ABCDEF"u8);
    private static readonly SearchValues<byte> s_anyHex = SearchValues.Create("0123456789abcdefABCDEF"u8);
    private static readonly SearchValues<byte> s_symbolLetters = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.$+/-"u8);
    private static readonly SearchValues<byte> s_hardwareAddressLetters = SearchValues.Create("0123456789abcdef:-"u8);
    private static readonly SearchValues<byte> s_ip4Letters = SearchValues.Create("0123456789."u8);
    private static readonly SearchValues<byte> s_ipLetters = SearchValues.Create("0123456789abcdef.:[]/%"u8);
    private static readonly SearchValues<byte> s_uuidLetters = SearchValues.Create("0123456789abcdefABCDEF-"u8);
    private static readonly SearchValues<byte> s_bitmapLetters = SearchValues.Create("0123456789abcdef,"u8);
    private static readonly SearchValues<byte> s_bitmapListLetters = SearchValues.Create("0123456789,-"u8);
    private static readonly SearchValues<byte> s_errorLetters = SearchValues.Create("-ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdef"u8);

    /// <summary>The conversion as written, <c>%-5d</c>.</summary>
    public required string Written { get; init; }

    public required ConversionShape Shape { get; init; }

    public int Width { get; init; }

    /// <summary>-1 when none is written.</summary>
    public int Precision { get; init; } = -1;

    /// <summary>The width is an argument of its own, before the value.</summary>
    public bool HasStarWidth { get; init; }

    public bool HasStarPrecision { get; init; }

    public bool IsLeft { get; init; }

    public bool HasPlus { get; init; }

    public bool HasBlank { get; init; }

    /// <summary><c>#</c>: hexadecimal is written with 0x.</summary>
    public bool HasMark { get; init; }

    /// <summary><c>0</c>: padded with zeros.</summary>
    public bool HasZeros { get; init; }

    /// <summary>Between the bytes of a hex dump; 0 for none.</summary>
    public byte Separator { get; init; } = (byte)' ';

    /// <summary>Number of arguments: one for the value and one per star.</summary>
    public int ArgumentCount => 1 + (HasStarWidth ? 1 : 0) + (HasStarPrecision ? 1 : 0);

    /// <summary>Tries the shortest output first, because the text after a string decides where it ends. For all other conversions the
    /// longest output is right.</summary>
    public bool IsShortest => Shape == ConversionShape.String;

    /// <summary>Where the output may end when it begins at <paramref name="start"/>.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="least">The earliest end.</param>
    /// <param name="most">The latest end; every end between is possible.</param>
    /// <returns>False when it cannot begin there.</returns>
    public bool TryFindEnd(ReadOnlySpan<byte> text, int start, out int least, out int most)
    {
        var rest = text[start..];
        var (shortest, longest) = Shape switch
        {
            ConversionShape.Signed => Number(rest, s_digits, MostDecimalDigits, isSigned: true),
            ConversionShape.Unsigned => Number(rest, s_digits, MostDecimalDigits, isSigned: false),
            ConversionShape.Octal => Number(rest, s_octalDigits, MostOctalDigits, isSigned: false),
            ConversionShape.HexLower => Number(rest, s_lowerHex, MostHexDigits, isSigned: false),
            ConversionShape.HexUpper => Number(rest, s_upperHex, MostHexDigits, isSigned: false),
            ConversionShape.Character => Character(rest),
            ConversionShape.Pointer => Pointer(rest),
            ConversionShape.Symbol => Symbol(rest),
            ConversionShape.HardwareAddress => Run(rest, s_hardwareAddressLetters, 12, 17),
            ConversionShape.Ip4 => Run(rest, s_ip4Letters, 7, 15),
            ConversionShape.Ip => Run(rest, s_ipLetters, 2, 64),
            ConversionShape.Uuid => Run(rest, s_uuidLetters, 36, 36),
            ConversionShape.HexDump => HexDump(rest),
            ConversionShape.Bitmap => Run(rest, s_bitmapLetters, 1, 1024),
            ConversionShape.BitmapList => Run(rest, s_bitmapListLetters, 0, 1024),
            ConversionShape.Resource => Resource(rest),
            ConversionShape.PhysicalAddress => rest.StartsWith("0x"u8) ? Shifted(Run(rest[2..], s_lowerHex, 8, 16), 2) : None,
            ConversionShape.ErrorName => Run(rest, s_errorLetters, 1, 32),
            _ => String(rest),
        };
        least = start + shortest;
        most = start + longest;
        return shortest >= 0 && shortest <= longest;
    }

    /// <summary>Reads the arguments that print what stands there.</summary>
    /// <param name="printed">From the beginning to the end that was chosen.</param>
    /// <param name="values">Takes <see cref="ArgumentCount"/> values.</param>
    public void Read(ReadOnlySpan<byte> printed, List<PrintkValue> values)
    {
        if (HasStarWidth)
        {
            values.Add(PrintkValue.Of(StarWidth(printed)));
        }

        if (HasStarPrecision)
        {
            values.Add(PrintkValue.Of((long)printed.Length));
        }

        values.Add(Value(printed));
    }

    private static (int, int) None => (-1, -1);

    private static (int Shortest, int Longest) Shifted((int Shortest, int Longest) ends, int by) =>
        ends.Shortest < 0 ? None : (ends.Shortest + by, ends.Longest + by);

    private static (int Shortest, int Longest) Run(ReadOnlySpan<byte> rest, SearchValues<byte> letters, int least, int most)
    {
        var run = RunLength(rest, letters, most);
        return run < least ? None : (least, run);
    }

    private static int RunLength(ReadOnlySpan<byte> rest, SearchValues<byte> letters, int most)
    {
        if (rest.Length > most)
        {
            rest = rest[..most];
        }

        var end = rest.IndexOfAnyExcept(letters);
        return end < 0 ? rest.Length : end;
    }

    private (int Shortest, int Longest) Number(ReadOnlySpan<byte> rest, SearchValues<byte> digits, int mostDigits, bool isSigned)
    {
        var blanks = HasStarWidth ? MostPadding : Width;
        var begin = 0;
        while (!IsLeft && !HasZeros && begin < blanks && begin < rest.Length && rest[begin] == ' ')
        {
            begin++;
        }

        var padding = begin;
        if (isSigned && begin < rest.Length
            && (rest[begin] == '-' || (rest[begin] == '+' && HasPlus) || (rest[begin] == ' ' && HasBlank)))
        {
            begin++;
        }

        if (HasMark && Shape is ConversionShape.HexLower or ConversionShape.HexUpper)
        {
            if (begin + 1 >= rest.Length || rest[begin] != '0' || (rest[begin + 1] | 0x20) != 'x')
            {
                return None;
            }

            begin += 2;
        }

        var run = RunLength(rest[begin..], digits, Math.Max(mostDigits, Math.Max(Width, Precision)));
        // A number begins with 0 only when it is zero, or when it is padded with zeros; then it has exactly its width.
        if (run > 1 && rest[begin] == '0' && !HasStarWidth && !HasStarPrecision)
        {
            run = Math.Min(run, Math.Max(1, Math.Max(Precision, HasZeros ? Width - begin : 0)));
        }

        var least = Math.Max(1, Precision);
        // A padded value has exactly its width.
        if (padding > 0 && !HasStarWidth)
        {
            return begin + least > Width || begin + run < Width ? None : (Width, Width);
        }

        return run < least ? None : Padded(rest, begin + least, begin + run, HasStarWidth ? 0 : Width);
    }

    private (int Shortest, int Longest) Character(ReadOnlySpan<byte> rest)
    {
        var blanks = HasStarWidth ? MostPadding : Width - 1;
        var begin = 0;
        while (!IsLeft && begin < blanks && begin + 1 < rest.Length && rest[begin] == ' ')
        {
            begin++;
        }

        if (begin >= rest.Length || (begin < blanks && !IsLeft && !HasStarWidth))
        {
            return None;
        }

        return Padded(rest, HasStarWidth ? 1 : begin + 1, begin + 1, HasStarWidth ? 0 : Width);
    }

    private (int Shortest, int Longest) String(ReadOnlySpan<byte> rest)
    {
        // Padding at the end of the text may be missing, because consoles and people trim lines.
        var least = Math.Min(Width, rest.Length);
        return (least, Precision < 0 ? rest.Length : Math.Min(rest.Length, Math.Max(Precision, Width)));
    }

    private static (int Shortest, int Longest) Pointer(ReadOnlySpan<byte> rest)
    {
        if (rest.StartsWith("("u8))
        {
            var end = rest.IndexOf((byte)')');
            // "(null)", "(____ptrval____)", "(efault)", "(einval)"
            return end is < 2 or > 20 || rest[..end].Contains((byte)' ') ? None : (end + 1, end + 1);
        }

        return rest.StartsWith("0x"u8) ? Shifted(Run(rest[2..], s_lowerHex, 1, 16), 2) : Run(rest, s_lowerHex, 8, 16);
    }

    private static (int Shortest, int Longest) Symbol(ReadOnlySpan<byte> rest)
    {
        var run = RunLength(rest, s_symbolLetters, MostSymbol);
        if (run == 0)
        {
            return Pointer(rest);
        }

        var longest = run;
        if (rest[run..].StartsWith(" ["u8))
        {
            var module = rest[(run + 2)..];
            var end = module.IndexOf((byte)']');
            // "[e1000]", and "[e1000 0123abcd]" with a build id
            if (end > 0 && end < MostSymbol)
            {
                longest += end + 3;
            }
        }

        return (1, longest);
    }

    private static (int Shortest, int Longest) Resource(ReadOnlySpan<byte> rest)
    {
        if (!rest.StartsWith("["u8))
        {
            return rest.StartsWith("(null)"u8) ? (6, 6) : None;
        }

        var end = rest.IndexOf((byte)']');
        return end < 1 ? None : (end + 1, end + 1);
    }

    private (int Shortest, int Longest) HexDump(ReadOnlySpan<byte> rest)
    {
        var step = Separator == 0 ? 2 : 3;
        var longest = 0;
        for (var i = 0; i < MostDumpBytes; i++)
        {
            var at = i * step;
            if (at + 1 >= rest.Length || !s_lowerHex.Contains(rest[at]) || !s_lowerHex.Contains(rest[at + 1]) || (i > 0 && step == 3 && rest[at - 1] != Separator))
            {
                break;
            }

            longest = at + 2;
        }

        return longest == 0 ? None : (2, longest);
    }

    // With '-' the padding up to the width comes after the value, otherwise before it.
    private (int Shortest, int Longest) Padded(ReadOnlySpan<byte> rest, int least, int most, int width)
    {
        if (IsLeft)
        {
            var limit = HasStarWidth ? most + MostPadding : width;
            var end = most;
            while (end < limit && end < rest.Length && rest[end] == ' ')
            {
                end++;
            }

            return width > 0 && end < width && end < rest.Length ? None : (Math.Min(Math.Max(least, Math.Min(width, end)), end), end);
        }

        return most < width ? None : (Math.Max(least, width), most);
    }

    private long StarWidth(ReadOnlySpan<byte> printed) => Shape switch
    {
        ConversionShape.HexDump => (printed.Length + 1) / (Separator == 0 ? 2 : 3),
        // The number of bits is not visible; this is how many fit.
        ConversionShape.Bitmap => 4L * (printed.Length - printed.Count((byte)',')),
        ConversionShape.BitmapList => 0,
        _ => printed.StartsWith(" "u8) || printed.EndsWith(" "u8) || printed.StartsWith("0"u8) ? printed.Length : 0,
    };

    private PrintkValue Value(ReadOnlySpan<byte> printed)
    {
        switch (Shape)
        {
            case ConversionShape.Signed:
                return Signed(printed.Trim((byte)' '));
            case ConversionShape.Unsigned:
            case ConversionShape.Octal:
            case ConversionShape.HexLower:
            case ConversionShape.HexUpper:
                return Unsigned(printed.Trim((byte)' '), Base);
            case ConversionShape.Pointer:
                var digits = printed.StartsWith("0x"u8) ? printed[2..] : printed;
                return digits.ContainsAnyExcept(s_anyHex) ? Of(printed) : Unsigned(digits, 16);
            case ConversionShape.PhysicalAddress:
                return Unsigned(printed[2..], 16);
            case ConversionShape.Character:
                var letter = printed.Trim((byte)' ');
                return letter.IsEmpty ? PrintkValue.Of(" ") : Of(letter);
            case ConversionShape.String:
                return Of(Width == 0 && !HasStarWidth ? printed : IsLeft ? printed.TrimEnd((byte)' ') : printed.TrimStart((byte)' '));
            default:
                return Of(printed);
        }
    }

    private uint Base => Shape switch
    {
        ConversionShape.Octal => 8,
        ConversionShape.HexLower or ConversionShape.HexUpper => 16,
        _ => 10,
    };

    private static PrintkValue Of(ReadOnlySpan<byte> text) => PrintkValue.Of(Encoding.UTF8.GetString(text));

    private static PrintkValue Signed(ReadOnlySpan<byte> printed)
    {
        var isNegative = printed.StartsWith("-"u8);
        var digits = printed.TrimStart("+- "u8);
        // The kernel has no numbers of more than 64 bits, so the digits are kept as text.
        if (!TryParse(digits, 10, out var value) || value > (ulong)long.MaxValue + (isNegative ? 1u : 0u))
        {
            return Of(printed);
        }

        return PrintkValue.Of(isNegative ? unchecked(-(long)value) : (long)value);
    }

    private PrintkValue Unsigned(ReadOnlySpan<byte> printed, uint radix)
    {
        var digits = HasMark && radix == 16 && printed.Length > 2 ? printed[2..] : printed;
        return TryParse(digits, radix, out var value) ? PrintkValue.Of(value) : Of(printed);
    }

    private static bool TryParse(ReadOnlySpan<byte> digits, uint radix, out ulong value)
    {
        value = 0;
        foreach (var letter in digits)
        {
            var digit = letter <= '9' ? letter - (uint)'0' : (letter | 0x20u) - 'a' + 10;
            if (digit >= radix || value > (ulong.MaxValue - digit) / radix)
            {
                return false;
            }

            value = value * radix + digit;
        }

        return !digits.IsEmpty;
    }
}

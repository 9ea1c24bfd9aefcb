namespace Mayday.Protocol.Evlog;

/// <summary>Formats one conversion by the rules of the kernel's <c>lib/vsprintf.c</c>, which differ from C: <c>%p</c> has as many
/// hexadecimal digits as the pointer, without 0x; <c>%#x</c> of 0 is 0x0; a precision does not disable the flag 0; a negative precision is
/// 0; <c>%.0d</c> of 0 is 0.</summary>
internal static class KernelPrintf
{
    // The digits of 64 bits in octal.
    private const int MostDigits = 22;

    public static void Put(ref TextSink sink, ref PrintfWalk walk, int wordSize)
    {
        var conversion = walk.Conversion;
        switch (conversion.Kind)
        {
            case PrintfKind.Literal or PrintfKind.Unknown:
                sink.Put(walk.Written);
                return;
            case PrintfKind.Percent:
                sink.Put((byte)'%');
                return;
            case PrintfKind.Count:
                return;
        }

        if (!walk.HasValue)
        {
            return;
        }

        var flags = conversion.Flags;
        long? width = walk.WidthArgument ?? conversion.Width;
        if (width < 0)
        {
            width = -width;
            flags |= PrintfFlags.Left;
        }

        int? precision = (walk.PrecisionArgument ?? conversion.Precision) is { } given ? Math.Max(0, given) : null;
        switch (conversion.Kind)
        {
            case PrintfKind.Character:
                PutPadded(ref sink, [(byte)walk.Number], width ?? 0, flags);
                break;
            case PrintfKind.String:
                PutPadded(ref sink, walk.Text[..Math.Min(walk.Text.Length, precision ?? int.MaxValue)], width ?? 0, flags);
                break;
            case PrintfKind.Pointer:
                if (width is null)
                {
                    width = 2 * wordSize + ((flags & PrintfFlags.Special) != 0 ? 2 : 0);
                    flags |= PrintfFlags.Zero;
                }

                PutNumber(ref sink, (ulong)walk.Number, 0, 16, isUpper: false, width.Value, precision ?? 0, flags);
                break;
            default:
                PutInteger(ref sink, conversion, walk.Number, width ?? 0, precision ?? 0, flags);
                break;
        }
    }

    private static void PutPadded(ref TextSink sink, scoped ReadOnlySpan<byte> text, long width, PrintfFlags flags)
    {
        var isLeft = (flags & PrintfFlags.Left) != 0;
        sink.Fill((byte)' ', isLeft ? 0 : width - text.Length);
        sink.Put(text);
        sink.Fill((byte)' ', isLeft ? width - text.Length : 0);
    }

    private static void PutInteger(ref TextSink sink, PrintfConversion conversion, long number, long width, int precision, PrintfFlags flags)
    {
        byte sign = 0;
        var magnitude = (ulong)number;
        if (conversion.Kind == PrintfKind.Signed)
        {
            if (number < 0)
            {
                sign = (byte)'-';
                magnitude = unchecked(0 - magnitude);
            }
            else if ((flags & PrintfFlags.Plus) != 0)
            {
                sign = (byte)'+';
            }
            else if ((flags & PrintfFlags.Space) != 0)
            {
                sign = (byte)' ';
            }
        }

        var numberBase = (char)conversion.Letter switch { 'o' => 8, 'x' or 'X' => 16, _ => 10 };
        PutNumber(ref sink, magnitude, sign, numberBase, conversion.Letter == 'X', width, precision, flags);
    }

    private static void PutNumber(ref TextSink sink, ulong magnitude, byte sign, int numberBase, bool isUpper, long width, int precision, PrintfFlags flags)
    {
        Span<byte> digits = stackalloc byte[MostDigits];
        var count = WriteDigits(digits, magnitude, (uint)numberBase, isUpper);
        var isLeft = (flags & PrintfFlags.Left) != 0;
        var isZeroPadded = !isLeft && (flags & PrintfFlags.Zero) != 0;
        ReadOnlySpan<byte> prefix = (flags & PrintfFlags.Special) == 0 ? default
            : numberBase == 16 ? isUpper ? "0X"u8 : "0x"u8
            : numberBase == 8 && magnitude != 0 ? "0"u8
            : default;

        precision = Math.Max(precision, count);
        var padding = width - (sign == 0 ? 0 : 1) - prefix.Length - precision;
        sink.Fill((byte)' ', isLeft || isZeroPadded ? 0 : padding);
        sink.Fill(sign, sign == 0 ? 0 : 1);
        sink.Put(prefix);
        sink.Fill((byte)'0', isZeroPadded ? padding : 0);
        sink.Fill((byte)'0', precision - count);
        sink.Put(digits[^count..]);
        sink.Fill((byte)' ', isLeft ? padding : 0);
    }

    private static int WriteDigits(Span<byte> digits, ulong magnitude, uint numberBase, bool isUpper)
    {
        var letters = isUpper ? "0123456789ABCDEF"u8 : "0123456789abcdef"u8;
        var position = digits.Length;
        do
        {
            (magnitude, var digit) = Math.DivRem(magnitude, (ulong)numberBase);
            digits[--position] = letters[(int)digit];
        }
        while (magnitude != 0);
        return digits.Length - position;
    }
}

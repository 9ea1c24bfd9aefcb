namespace Mayday.Protocol;

/// <summary>Reads decimal fields of text headers: the whole field must be digits, with no sign, no other base and no overflow.</summary>
internal static class Decimals
{
    // ulong.MaxValue has 20 digits; no real sender writes more leading zeros than that.
    private const int MaxDigits = 20;

    public static bool TryParse(ReadOnlySpan<byte> field, out ulong value)
    {
        value = 0;
        if (field.IsEmpty || field.Length > MaxDigits)
        {
            return false;
        }

        foreach (var letter in field)
        {
            var digit = (uint)(letter - '0');
            if (digit > 9 || value > (ulong.MaxValue - digit) / 10)
            {
                return false;
            }

            value = value * 10 + digit;
        }

        return true;
    }

    public static bool IsDigits(ReadOnlySpan<byte> field) => !field.IsEmpty && !field.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    /// <summary>Reads the digits at <paramref name="position"/> and the <paramref name="end"/> byte after them in one pass. Returns false
    /// for anything else, and for so many digits that the value might overflow; the caller then uses the slower, exact parser.</summary>
    public static bool TryTake(ReadOnlySpan<byte> text, ref int position, byte end, out ulong value)
    {
        const int neverTooMany = 19;

        value = 0;
        var first = position;
        var at = first;
        for (; (uint)at < (uint)text.Length; at++)
        {
            var digit = (uint)(text[at] - '0');
            if (digit > 9)
            {
                break;
            }

            value = value * 10 + digit;
        }

        if (at == first || at - first > neverTooMany || (uint)at >= (uint)text.Length || text[at] != end)
        {
            return false;
        }

        position = at + 1;
        return true;
    }
}

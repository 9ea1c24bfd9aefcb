namespace Mayday.Protocol;

/// <summary>Decimal fields of text headers: digits only, the whole field, no sign, no other base, no overflow.</summary>
internal static class Decimals
{
    // ulong.MaxValue has 20 digits; leading zeros beyond that are nobody's honest output.
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

    /// <summary>
    /// Reads the digits at <paramref name="position"/> and the <paramref name="end"/> behind them, without looking for it first. False where there is
    /// anything else, or so many digits that they might overflow; then the caller reads with more care.
    /// </summary>
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

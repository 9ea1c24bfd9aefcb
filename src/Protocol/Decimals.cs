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
            return false;

        foreach (var letter in field)
        {
            var digit = (uint)(letter - '0');
            if (digit > 9 || value > (ulong.MaxValue - digit) / 10)
                return false;
            value = value * 10 + digit;
        }

        return true;
    }

    public static bool IsDigits(ReadOnlySpan<byte> field) => !field.IsEmpty && !field.ContainsAnyExceptInRange((byte)'0', (byte)'9');
}

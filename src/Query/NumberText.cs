using System.Globalization;

namespace Mayday.Query;

/// <summary>Numbers as people write them in filters, rules and templates.</summary>
public static class NumberText
{
    /// <summary>Reads a whole or decimal number, or a hexadecimal one with 0x. At most 64 bits, positive or negative.</summary>
    public static bool TryRead(string word, out decimal number)
    {
        if (word.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            var isHex = ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits);
            number = bits;
            return isHex;
        }

        return decimal.TryParse(word, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && char.IsAsciiDigit(word[^1]) && number is >= long.MinValue and <= ulong.MaxValue;
    }

    public static string Write(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}

namespace Mayday.Events.Reading;

/// <summary>What kind of value an argument is; strings and numbers compare differently in a query.</summary>
public enum EventArgumentKind : byte
{
    Signed,
    Unsigned,
    Pointer,
    Character,
    String,

    /// <summary>A floating-point number of a binary payload. No printk format has any.</summary>
    Real,
}

/// <summary>One argument of an event, kept apart from its text.</summary>
/// <param name="Kind">What the conversion says it is.</param>
/// <param name="Number">
/// The value of everything but a string; an unsigned 64-bit value in its two's complement, a <see cref="EventArgumentKind.Real"/> as the bits of a
/// double. <see cref="Value"/> is the number itself.
/// </param>
/// <param name="Text">A string's text, at most 8 KiB of valid UTF-16, control characters kept; null for numbers.</param>
/// <param name="Conversion">The conversion as written, "%-5d"; a `*` width or precision is an argument of its own, written "*".</param>
/// <param name="Name">What a template calls it; null where none does.</param>
public sealed record EventArgument(EventArgumentKind Kind, long Number, string? Text, string Conversion, string? Name = null)
{
    // What 15 digits write out in full, as the database does: further ones are kept as text.
    private const double LargestReal = 1e15;
    private const double SmallestReal = 1e-9;

    /// <summary>The number, of whatever kind; 0 for a string.</summary>
    public decimal Value => Kind switch
    {
        EventArgumentKind.Unsigned or EventArgumentKind.Pointer => (ulong)Number,
        EventArgumentKind.Real => (decimal)BitConverter.Int64BitsToDouble(Number),
        _ => Number,
    };

    /// <summary>A number to 15 digits; as text what has no place among numbers: infinities, NaN, and magnitudes beyond 1e15 or below 1e-9.</summary>
    public static EventArgument OfReal(double number, string conversion)
    {
        var magnitude = Math.Abs(number);
        return magnitude < LargestReal && (magnitude >= SmallestReal || magnitude == 0)
            ? new(EventArgumentKind.Real, BitConverter.DoubleToInt64Bits((double)(decimal)number), null, conversion)
            : OfText(number.ToString(System.Globalization.CultureInfo.InvariantCulture), conversion);
    }

    public static EventArgument OfText(string text, string conversion = "%s") => new(EventArgumentKind.String, 0, text, conversion);

    public static EventArgument OfNumber(long number, string conversion = "%d") => new(EventArgumentKind.Signed, number, null, conversion);
}

namespace Mayday.Events.Reading;

/// <summary>The kind of an argument's value. Strings and numbers compare differently in a query.</summary>
public enum EventArgumentKind : byte
{
    Signed,
    Unsigned,
    Pointer,
    Character,
    String,

    /// <summary>A floating-point number of a binary payload. No printk format has one.</summary>
    Real,
}

/// <summary>One argument of an event, stored separately from its text.</summary>
/// <param name="Kind">The kind, taken from the conversion.</param>
/// <param name="Number">
/// The value of every kind but strings: an unsigned 64-bit value in two's complement, or the bits of a double for <see
/// cref="EventArgumentKind.Real"/>. <see cref="Value"/> is the number itself.
/// </param>
/// <param name="Text">The text of a string, at most 8 KiB of valid UTF-16, including control characters. Null for numbers.</param>
/// <param name="Conversion">The conversion as written, "%-5d". A `*` width or precision is a separate argument, written "*".</param>
/// <param name="Name">The name from a template; null if there is none.</param>
public sealed record EventArgument(EventArgumentKind Kind, long Number, string? Text, string Conversion, string? Name = null)
{
    // Numbers up to here can be written with 15 digits, which is the limit of the database. Larger ones are stored as text.
    private const double LargestReal = 1e15;
    private const double SmallestReal = 1e-9;

    /// <summary>The number, whatever its kind; 0 for a string.</summary>
    public decimal Value => Kind switch
    {
        EventArgumentKind.Unsigned or EventArgumentKind.Pointer => (ulong)Number,
        EventArgumentKind.Real => (decimal)BitConverter.Int64BitsToDouble(Number),
        _ => Number,
    };

    /// <summary>A number with 15 digits. Infinities, NaN, and magnitudes above 1e15 or below 1e-9 are stored as text.</summary>
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

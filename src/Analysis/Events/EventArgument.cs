namespace Mayday.Analysis.Events;

/// <summary>What kind of value an argument is; strings and numbers compare differently in a query.</summary>
public enum EventArgumentKind : byte
{
    Signed,
    Unsigned,
    Pointer,
    Character,
    String,
}

/// <summary>One argument of an event, kept apart from its text.</summary>
/// <param name="Kind">What the conversion says it is.</param>
/// <param name="Number">The value of everything but a string; an unsigned 64-bit value in its two's complement.</param>
/// <param name="Text">A string's text, at most 8 KiB of valid UTF-16, control characters kept; null for numbers.</param>
/// <param name="Conversion">The conversion as written, "%-5d"; a `*` width or precision is an argument of its own, written "*".</param>
/// <param name="Name">What a template calls it; null where none does.</param>
public sealed record EventArgument(EventArgumentKind Kind, long Number, string? Text, string Conversion, string? Name = null)
{
    public static EventArgument OfText(string text, string conversion = "%s") => new(EventArgumentKind.String, 0, text, conversion);

    public static EventArgument OfNumber(long number, string conversion = "%d") => new(EventArgumentKind.Signed, number, null, conversion);
}

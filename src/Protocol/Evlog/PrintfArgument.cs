namespace Mayday.Protocol.Evlog;

/// <summary>One argument of a PRINTF record: a view of the record's memory.</summary>
public readonly ref struct PrintfArgument
{
    internal PrintfArgument(PrintfKind kind, long number, ReadOnlySpan<byte> text, ReadOnlySpan<byte> conversion)
    {
        Kind = kind;
        Number = number;
        Text = text;
        Conversion = conversion;
    }

    /// <summary>Character, signed, unsigned, pointer or string; a width or precision given as <c>*</c> is signed.</summary>
    public PrintfKind Kind { get; }

    /// <summary>The value of everything but a string, as wide as the conversion makes it (<c>%hu</c>: 16 bits); unsigned 64 bits in two's
    /// complement.</summary>
    public long Number { get; }

    /// <summary>A string's bytes without its NUL.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The conversion as written; <c>*</c> for a width or precision.</summary>
    public ReadOnlySpan<byte> Conversion { get; }
}

namespace Mayday.Protocol.Evlog;

/// <summary>The kind of a part of a format string.</summary>
public enum PrintfKind : byte
{
    /// <summary>Text as it is.</summary>
    Literal,

    /// <summary><c>%%</c>: a percent sign.</summary>
    Percent,

    /// <summary><c>%c</c>: one byte, packed as four.</summary>
    Character,

    /// <summary><c>%d</c>, <c>%i</c>.</summary>
    Signed,

    /// <summary><c>%u</c>, <c>%o</c>, <c>%x</c>, <c>%X</c>.</summary>
    Unsigned,

    /// <c>%p</c>; a letter after it (<c>%pS</c>) is treated as text.
    Pointer,

    /// <c>%s</c>: bytes and a terminating NUL.
    String,

    /// <c>%n</c>: prints nothing and has no argument.
    Count,

    /// <summary>A conversion that evlog's packer does not know (<c>%f</c>, <c>%hhd</c>, <c>%</c> at the end): it has no packed value, but a
    /// <c>*</c> in it has.</summary>
    Unknown,
}

/// <summary>Flags of a conversion.</summary>
[Flags]
public enum PrintfFlags : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>-</c></summary>
    Left = 0x1,

    /// <summary><c>+</c></summary>
    Plus = 0x2,

    /// <summary>A blank.</summary>
    Space = 0x4,

    /// <summary><c>#</c></summary>
    Special = 0x8,

    /// <summary><c>0</c></summary>
    Zero = 0x10,
}

/// <summary>Size of the integer that a conversion takes.</summary>
public enum PrintfSize : byte
{
    /// <summary>int, 4 bytes.</summary>
    Int,

    /// <c>h</c>: an int of which 16 bits are used; packed as 4 bytes.
    Short,

    /// <summary><c>l</c>, <c>z</c>, <c>Z</c> and pointers: as wide as the sender's long, 4 or 8 bytes.</summary>
    Word,

    /// <summary><c>ll</c>, <c>L</c>: 8 bytes.</summary>
    LongLong,
}

/// <summary>One part of a format string: a run of text, or a conversion with its flags, width and precision.</summary>
public readonly record struct PrintfConversion
{
    /// <summary>The kind.</summary>
    public PrintfKind Kind { get; init; }

    /// <summary>Where it begins in the format string.</summary>
    public int Start { get; init; }

    /// <summary>Its length in the format string; never 0.</summary>
    public int Length { get; init; }

    /// <summary>The letter that ends it; 0 for text and for a format string that ends in the middle of a conversion.</summary>
    public byte Letter { get; init; }

    /// <summary>Its flags.</summary>
    public PrintfFlags Flags { get; init; }

    /// <summary>Field width as written, limited to the range of int; null without one.</summary>
    public int? Width { get; init; }

    /// <summary>The width is <c>*</c>: an argument before the value.</summary>
    public bool IsWidthAnArgument { get; init; }

    /// <summary>Precision as written, limited to the range of int; null without one.</summary>
    public int? Precision { get; init; }

    /// <summary>The precision is <c>.*</c>: an argument before the value and after the width.</summary>
    public bool IsPrecisionAnArgument { get; init; }

    /// <summary>Size of the integer; <see cref="PrintfSize.Int"/> for other kinds.</summary>
    public PrintfSize Size { get; init; }

    /// <summary>Whether the packed size depends on the sender's word size.</summary>
    public bool NeedsWordSize => Size == PrintfSize.Word;

    /// <summary>Bytes of the packed value, without width and precision; 0 where nothing is packed, -1 for a string, whose length
    /// varies.</summary>
    /// <param name="wordSize">4 or 8.</param>
    public int PackedSize(int wordSize) => Kind switch
    {
        PrintfKind.String => -1,
        PrintfKind.Character or PrintfKind.Signed or PrintfKind.Unsigned or PrintfKind.Pointer => Size switch
        {
            PrintfSize.Word => wordSize,
            PrintfSize.LongLong => sizeof(long),
            _ => sizeof(int),
        },
        _ => 0,
    };
}

using System.Buffers.Binary;
using System.Text;
using Mayday.Events.Reading;

namespace Mayday.Events.Templates;

public enum PayloadKind : byte
{
    Unsigned,
    Signed,

    /// <summary>IEEE 754, 4 or 8 bytes.</summary>
    Real,

    /// <summary>Text up to its NUL or the end of its field.</summary>
    Text,

    /// <summary>Bytes, shown in hexadecimal.</summary>
    Bytes,
}

/// <summary>A C bit-field: <c>u32 a : 4</c>.</summary>
/// <param name="Before">Number of bits declared before it in the same number.</param>
/// <param name="Width">Number of bits.</param>
public readonly record struct BitField(int Before, int Width);

/// <summary>One member of a binary payload.</summary>
/// <param name="Offset">Offset from the start of the payload.</param>
/// <param name="Length">Length in bytes; 0 for all remaining bytes.</param>
/// <param name="IsBigEndian">Null for the sender's byte order.</param>
/// <param name="Bits">Set if the member is a bit-field.</param>
/// <param name="Array">For an element of an array, the name of the array. The element's own name has the index after a dot.</param>
public sealed record PayloadMember(TemplateArgument Argument, PayloadKind Kind, int Offset, int Length, bool? IsBigEndian, string Type, BitField? Bits = null, string? Array = null)
{
    /// <summary>Maximum length of a text or byte member. The stored payload is complete.</summary>
    private const int MaxLength = 256;

    /// <param name="isBigEndian">Byte order of the sender.</param>
    /// <returns>Null if the payload is too short.</returns>
    public EventArgument? Read(ReadOnlySpan<byte> payload, bool isBigEndian)
    {
        var length = Length == 0 ? Math.Min(payload.Length - Offset, MaxLength) : Math.Min(Length, MaxLength);
        if (length <= 0 || Offset + (Kind is PayloadKind.Text or PayloadKind.Bytes ? length : Length) > payload.Length)
        {
            return null;
        }

        var bytes = payload.Slice(Offset, length);
        return (Kind switch
        {
            PayloadKind.Text => EventArgument.OfText(Encoding.UTF8.GetString(bytes.IndexOf((byte)0) is >= 0 and var end ? bytes[..end] : bytes), Type),
            PayloadKind.Bytes => EventArgument.OfText(Convert.ToHexStringLower(bytes), Type),
            PayloadKind.Real => EventArgument.OfReal(ReadReal(bytes, IsBigEndian ?? isBigEndian), Type),
            PayloadKind.Signed => new EventArgument(EventArgumentKind.Signed, ReadNumber(bytes, IsBigEndian ?? isBigEndian), null, Type),
            _ => new EventArgument(EventArgumentKind.Unsigned, ReadNumber(bytes, IsBigEndian ?? isBigEndian), null, Type),
        }) with
        { Name = Argument.Name };
    }

    // Keeps the decimal digits of a float instead of converting it to double directly: 21.3, not 21.299999237.
    private static double ReadReal(ReadOnlySpan<byte> bytes, bool isBigEndian)
    {
        if (bytes.Length == sizeof(double))
        {
            return isBigEndian ? BinaryPrimitives.ReadDoubleBigEndian(bytes) : BinaryPrimitives.ReadDoubleLittleEndian(bytes);
        }

        var number = isBigEndian ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadSingleLittleEndian(bytes);
        return Math.Abs(number) is < 1e15f and > 1e-9f ? (double)(decimal)number : number;
    }

    private long ReadNumber(ReadOnlySpan<byte> bytes, bool isBigEndian)
    {
        Span<byte> wide = stackalloc byte[8];
        bytes.CopyTo(wide);
        if (isBigEndian)
        {
            wide[..bytes.Length].Reverse();
        }

        var number = BinaryPrimitives.ReadInt64LittleEndian(wide);
        var width = bytes.Length * 8;
        if (Bits is { } bits)
        {
            // C compilers fill bit-fields from the lowest bit on little-endian machines and from the highest bit on big-endian ones.
            number = (long)((ulong)number >> (isBigEndian ? width - bits.Before - bits.Width : bits.Before));
            width = bits.Width;
        }

        var unused = 64 - width;
        return Kind == PayloadKind.Signed ? number << unused >> unused : (long)((ulong)number << unused >> unused);
    }
}

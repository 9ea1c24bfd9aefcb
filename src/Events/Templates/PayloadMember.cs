using System.Buffers.Binary;
using System.Text;
using Mayday.Events.Reading;

namespace Mayday.Events.Templates;

public enum PayloadKind : byte
{
    Unsigned,
    Signed,

    /// <summary>IEEE 754, of 4 or 8 bytes.</summary>
    Real,

    /// <summary>Text up to its NUL or to the end of its room.</summary>
    Text,

    /// <summary>Bytes, shown in hexadecimal.</summary>
    Bytes,
}

/// <summary>Bits of a number, as C declares them: <c>u32 a : 4</c>.</summary>
/// <param name="Before">Bits of the same number that are declared before it.</param>
/// <param name="Width">How many.</param>
public readonly record struct BitField(int Before, int Width);

/// <summary>One member of a binary payload.</summary>
/// <param name="Offset">From the payload's beginning.</param>
/// <param name="Length">Bytes; 0 is all that is left.</param>
/// <param name="IsBigEndian">Null: as the sender.</param>
/// <param name="Bits">Only these bits of the number.</param>
/// <param name="Array">Of an element of an array the array's name; its own has the index behind a dot.</param>
public sealed record PayloadMember(TemplateArgument Argument, PayloadKind Kind, int Offset, int Length, bool? IsBigEndian, string Type, BitField? Bits = null, string? Array = null)
{
    /// <summary>Longest text or run of bytes taken out of a payload; all of it is in the payload still.</summary>
    private const int MaxLength = 256;

    /// <param name="isBigEndian">Byte order of the sender.</param>
    /// <returns>Null when the payload ends before it.</returns>
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
        }) with { Name = Argument.Name };
    }

    // Of a float the digits that it has, not those that it becomes as a double: 21.3, not 21.299999237.
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
            // Compilers fill a number from its lowest bit on little-endian machines, from its highest on the others.
            number = (long)((ulong)number >> (isBigEndian ? width - bits.Before - bits.Width : bits.Before));
            width = bits.Width;
        }

        var unused = 64 - width;
        return Kind == PayloadKind.Signed ? number << unused >> unused : (long)((ulong)number << unused >> unused);
    }
}

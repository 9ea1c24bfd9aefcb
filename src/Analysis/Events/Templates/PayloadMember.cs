using System.Buffers.Binary;
using System.Text;

namespace Mayday.Analysis.Events.Templates;

public enum PayloadKind : byte
{
    Unsigned,
    Signed,

    /// <summary>Text up to its NUL or to the end of its room.</summary>
    Text,

    /// <summary>Bytes, shown in hexadecimal.</summary>
    Bytes,
}

/// <summary>One member of a binary payload.</summary>
/// <param name="Offset">From the payload's beginning.</param>
/// <param name="Length">Bytes; 0 is all that is left.</param>
public sealed record PayloadMember(TemplateArgument Argument, PayloadKind Kind, int Offset, int Length, bool IsBigEndian, string Type)
{
    /// <summary>Longest text or run of bytes taken out of a payload; all of it is in the payload still.</summary>
    private const int MaxLength = 256;

    /// <returns>Null when the payload ends before it.</returns>
    public EventArgument? Read(ReadOnlySpan<byte> payload)
    {
        var length = Length == 0 ? Math.Min(payload.Length - Offset, MaxLength) : Math.Min(Length, MaxLength);
        if (length <= 0 || Offset + (Kind is PayloadKind.Text or PayloadKind.Bytes ? length : Length) > payload.Length)
        {
            return null;
        }

        var bytes = payload.Slice(Offset, length);
        switch (Kind)
        {
            case PayloadKind.Text:
                var end = bytes.IndexOf((byte)0);
                return EventArgument.OfText(Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]), Type) with { Name = Argument.Name };
            case PayloadKind.Bytes:
                return EventArgument.OfText(Convert.ToHexStringLower(bytes), Type) with { Name = Argument.Name };
            default:
                var kind = Kind == PayloadKind.Signed ? EventArgumentKind.Signed : EventArgumentKind.Unsigned;
                return new EventArgument(kind, ReadNumber(bytes), null, Type, Argument.Name);
        }
    }

    private long ReadNumber(ReadOnlySpan<byte> bytes)
    {
        Span<byte> wide = stackalloc byte[8];
        bytes.CopyTo(wide);
        if (IsBigEndian)
        {
            wide[..bytes.Length].Reverse();
        }

        var number = BinaryPrimitives.ReadInt64LittleEndian(wide);
        var unused = 64 - (bytes.Length * 8);
        return Kind == PayloadKind.Signed ? number << unused >> unused : number;
    }
}

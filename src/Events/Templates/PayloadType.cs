using System.Globalization;

namespace Mayday.Events.Templates;

/// <summary>
/// A type as written in a template: <c>u16</c>, <c>s32be</c>, <c>f32[4]</c>, <c>u8[2][3]</c>, <c>u32:5</c>, <c>char[8]</c>, <c>text</c>.
/// </summary>
/// <param name="Written">The complete text.</param>
/// <param name="Word">The type of one element, with its byte order.</param>
/// <param name="Length">Bytes of one element; 0 for all remaining bytes.</param>
/// <param name="IsBigEndian">Null for the sender's byte order.</param>
/// <param name="Dimensions">The dimensions of an array, the outermost first; otherwise empty.</param>
/// <param name="BitWidth">0 if all bits of the number are used.</param>
internal sealed record PayloadType(string Written, string Word, PayloadKind Kind, int Length, bool? IsBigEndian, int[] Dimensions, int BitWidth)
{
    private const int MaxRoom = 8192;
    private const int MaxDimensions = 3;

    /// <summary>Number of elements; 1 without dimensions.</summary>
    public int Count => (int)Math.Min(int.MaxValue / 2, Dimensions.Aggregate(1L, (count, dimension) => count * dimension));

    /// <summary>The index of an element, from 0, as in ".1.0".</summary>
    public string IndexOf(int element)
    {
        var text = "";
        for (var i = Dimensions.Length - 1; i >= 0; i--)
        {
            text = string.Create(CultureInfo.InvariantCulture, $".{element % Dimensions[i]}{text}");
            element /= Dimensions[i];
        }

        return text;
    }

    public static bool TryParse(string written, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PayloadType? type)
    {
        type = null;
        var end = written.AsSpan().IndexOfAny('[', ':');
        var (word, rest) = end < 0 ? (written, "") : (written[..end], written[end..]);
        if (word is "text" or "bytes" or "char")
        {
            return (word, rest) switch
            {
                ("text" or "bytes", "") => (type = OfRoom(written, word, 0)) is not null,
                ("char" or "bytes", not "") when TryDimensions(rest, out var room) && room is [<= MaxRoom] => (type = OfRoom(written, word, room[0])) is not null,
                _ => false,
            };
        }

        bool? isBigEndian = word.EndsWith("be", StringComparison.Ordinal) ? true : word.EndsWith("le", StringComparison.Ordinal) ? false : null;
        var number = isBigEndian is null ? word : word[..^2];
        var bits = number.Length < 2 ? 0 : number[1..] switch { "8" => 8, "16" => 16, "32" => 32, "64" => 64, _ => 0 };
        PayloadKind? kind = number.Length == 0 || bits == 0 ? null : number[0] switch
        {
            'u' => PayloadKind.Unsigned,
            's' => PayloadKind.Signed,
            'f' when bits >= 32 => PayloadKind.Real,
            _ => null,
        };
        var (dimensions, width) = (Array.Empty<int>(), 0);
        if (kind is null || !(rest.Length == 0
            || (rest[0] == '[' && TryDimensions(rest, out dimensions))
            || (rest[0] == ':' && kind != PayloadKind.Real && int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out width) && width >= 1 && width <= bits)))
        {
            return false;
        }

        type = new PayloadType(written, word, kind.Value, bits / 8, isBigEndian, dimensions, width);
        return true;
    }

    private static PayloadType OfRoom(string written, string word, int length) =>
        new(written, written, word == "bytes" ? PayloadKind.Bytes : PayloadKind.Text, length, null, [], 0);

    // Reads [4], [2][3].
    private static bool TryDimensions(ReadOnlySpan<char> text, out int[] dimensions)
    {
        var found = new List<int>(MaxDimensions);
        while (text is ['[', ..] && text.IndexOf(']') is > 1 and var close && found.Count < MaxDimensions
            && int.TryParse(text[1..close], NumberStyles.None, CultureInfo.InvariantCulture, out var dimension) && dimension is >= 1 and <= MaxRoom)
        {
            found.Add(dimension);
            text = text[(close + 1)..];
        }

        dimensions = [.. found];
        return found.Count > 0 && text.IsEmpty;
    }
}

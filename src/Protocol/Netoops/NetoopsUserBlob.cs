using System.Text;

namespace Mayday.Protocol.Netoops;

/// <summary>Reads the 128 bytes that user space adds to every packet. The kernel does not define them. Two conventions are known: text of
/// <c>key=value</c> words or lines, and (from the user interface of the first versions of netoops) two zero-padded strings of 64 bytes with
/// the firmware version and the board name. Anything else yields no fields; the raw bytes are always available.</summary>
public static class NetoopsUserBlob
{
    private const int HalfLength = NetoopsFormat.UserBlobLength / 2;

    /// <summary>Key of the first of two padded strings.</summary>
    public const string FirmwareVersionKey = "fw_version";

    /// <summary>Key of the second of two padded strings.</summary>
    public const string BoardNameKey = "board_name";

    /// <summary>Splits a blob into fields.</summary>
    /// <param name="blob">The blob with its padding; bytes past 128 are not looked at.</param>
    /// <returns>
    /// Keys and values in their order, keys may repeat; empty when the blob is all zero or neither form fits. At most 64 fields, because a
    /// field takes at least two bytes. Invalid UTF-8 in a value comes out as U+FFFD; a blob with control characters is not text.
    /// </returns>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(ReadOnlySpan<byte> blob)
    {
        blob = blob[..Math.Min(blob.Length, NetoopsFormat.UserBlobLength)];
        var text = blob.TrimEnd((byte)0);
        if (text.IsEmpty)
        {
            return [];
        }

        var fields = new List<KeyValuePair<string, string>>();
        return TryReadWords(text, fields) || TryReadHalves(blob, fields) ? fields : [];
    }

    private static bool TryReadWords(ReadOnlySpan<byte> text, List<KeyValuePair<string, string>> fields)
    {
        foreach (var range in text.SplitAny((byte)'\n', (byte)0))
        {
            var line = text[range].Trim(" \t\r"u8);
            if (line.IsEmpty)
            {
                continue;
            }

            if (!IsText(line) || !IsField(line))
            {
                fields.Clear();
                return false;
            }

            AddLine(line, fields);
        }

        return fields.Count > 0;
    }

    // "rack=12 slot=7" are two fields; "board=X9 rev 2" is one, because "rev" is not a field.
    private static void AddLine(ReadOnlySpan<byte> line, List<KeyValuePair<string, string>> fields)
    {
        var allWordsAreFields = true;
        foreach (var range in line.Split((byte)' '))
        {
            var word = line[range];
            allWordsAreFields &= word.IsEmpty || IsField(word);
        }

        if (!allWordsAreFields)
        {
            Add(line, fields);
            return;
        }

        foreach (var range in line.Split((byte)' '))
        {
            if (!line[range].IsEmpty)
            {
                Add(line[range], fields);
            }
        }
    }

    private static void Add(ReadOnlySpan<byte> field, List<KeyValuePair<string, string>> fields)
    {
        var equals = field.IndexOf((byte)'=');
        fields.Add(new(Encoding.ASCII.GetString(field[..equals]), Encoding.UTF8.GetString(field[(equals + 1)..])));
    }

    private static bool TryReadHalves(ReadOnlySpan<byte> blob, List<KeyValuePair<string, string>> fields)
    {
        if (blob.Length != NetoopsFormat.UserBlobLength
            || !TryReadPadded(blob[..HalfLength], out var firmware) || !TryReadPadded(blob[HalfLength..], out var board))
        {
            return false;
        }

        fields.Add(new(FirmwareVersionKey, firmware));
        fields.Add(new(BoardNameKey, board));
        return true;
    }

    // At least one NUL is required: 128 bytes of continuous text are not two strings.
    private static bool TryReadPadded(ReadOnlySpan<byte> half, out string value)
    {
        var text = half.TrimEnd((byte)0);
        value = "";
        if (text.IsEmpty || text.Length == half.Length || text.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return false;
        }

        value = Encoding.ASCII.GetString(text);
        return true;
    }

    private static bool IsField(ReadOnlySpan<byte> word)
    {
        var equals = word.IndexOf((byte)'=');
        if (equals <= 0)
        {
            return false;
        }

        foreach (var letter in word[..equals])
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'_' or (byte)'-' or (byte)'.'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsText(ReadOnlySpan<byte> line)
    {
        foreach (var letter in line)
        {
            if (letter is < (byte)' ' and not (byte)'\t' or 0x7f)
            {
                return false;
            }
        }

        return true;
    }
}

namespace Mayday.Protocol.Kmsg;

/// <summary>
/// The header that /dev/kmsg and extended netconsole share: <c>[release,]prio,seq,ts_usec,flags[,key=value...];</c>. Source:
/// Documentation/ABI/testing/dev-kmsg; the release prefix and <c>ncfrag</c> are netconsole's.
/// </summary>
internal ref struct RecordHeader
{
    /// <summary>The kernel keeps the facility in eight bits and the level in three.</summary>
    public const int MaxPriority = (255 << 3) | 7;

    /// <summary><c>uname -r</c> has at most 64 characters (__NEW_UTS_LEN).</summary>
    private const int MaxReleaseLength = 64;

    public ReadOnlySpan<byte> Release;
    public ReadOnlySpan<byte> Caller;
    public ReadOnlySpan<byte> Fragment;
    public ulong Sequence;
    public ulong TimestampMicroseconds;
    public int Priority;
    public int FragmentFields;

    /// <summary>Length of the header without its semicolon.</summary>
    public int Length;
    public byte Flag;

    /// <summary>Reads the header; false when the line does not have this form.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, bool allowRelease, out RecordHeader header) =>
        TryParsePlain(line, out header) || TryParseAny(line, allowRelease, out header);

    // Reads the form that nearly every record has, prio,seq,ts,flag; in one pass. False does not mean that the header is invalid: it may
    // have a release or further fields.
    private static bool TryParsePlain(ReadOnlySpan<byte> line, out RecordHeader header)
    {
        header = default;
        var position = 0;
        if (!Decimals.TryTake(line, ref position, (byte)',', out var priority) || priority > MaxPriority
            || !Decimals.TryTake(line, ref position, (byte)',', out header.Sequence)
            || !Decimals.TryTake(line, ref position, (byte)',', out header.TimestampMicroseconds)
            || line.Length - position < 2 || !IsFlag(line[position]) || line[position + 1] != ';')
        {
            return false;
        }

        header.Priority = (int)priority;
        header.Flag = line[position];
        header.Length = position + 1;
        return true;
    }

    private static bool TryParseAny(ReadOnlySpan<byte> line, bool allowRelease, out RecordHeader header)
    {
        header = default;
        header.Length = line.IndexOf((byte)';');
        if (header.Length < 0)
        {
            return false;
        }

        var fields = line[..header.Length];
        var position = 0;
        if (!TryTakeField(fields, ref position, out var field))
        {
            return false;
        }

        if (!Decimals.IsDigits(field))
        {
            if (!allowRelease || !IsRelease(field))
            {
                return false;
            }

            header.Release = field;
            if (!TryTakeField(fields, ref position, out field))
            {
                return false;
            }
        }

        if (!Decimals.TryParse(field, out var priority) || priority > MaxPriority
            || !TryTakeField(fields, ref position, out field) || !Decimals.TryParse(field, out header.Sequence)
            || !TryTakeField(fields, ref position, out field) || !Decimals.TryParse(field, out header.TimestampMicroseconds)
            || !TryTakeField(fields, ref position, out field) || field.Length != 1 || !IsFlag(field[0]))
        {
            return false;
        }

        header.Priority = (int)priority;
        header.Flag = field[0];
        while (TryTakeField(fields, ref position, out field))
        {
            header.TakeOptional(field);
        }

        return true;
    }

    private void TakeOptional(ReadOnlySpan<byte> field)
    {
        if (field.StartsWith("caller="u8))
        {
            if (Caller.IsEmpty)
            {
                Caller = field["caller=".Length..];
            }
        }
        else if (field.StartsWith("ncfrag="u8))
        {
            FragmentFields++;
            Fragment = field["ncfrag=".Length..];
        }
    }

    // A position after the end means that the last field was read; a position at the end means that an empty field follows the last comma.
    private static bool TryTakeField(ReadOnlySpan<byte> fields, scoped ref int position, out ReadOnlySpan<byte> field)
    {
        field = default;
        if (position > fields.Length)
        {
            return false;
        }

        field = fields[position..];
        var comma = field.IndexOf((byte)',');
        if (comma >= 0)
        {
            field = field[..comma];
        }

        position += field.Length + 1;
        return true;
    }

    private static bool IsRelease(ReadOnlySpan<byte> field) =>
        field.Length is > 0 and <= MaxReleaseLength && !field.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    // '-', 'c' and, before 4.12, '+'. Other letters are accepted as flags of newer kernels; a digit or punctuation means that this is
    // ordinary text.
    private static bool IsFlag(byte flag) => flag is (byte)'-' or (byte)'+' || char.IsAsciiLetter((char)flag);
}

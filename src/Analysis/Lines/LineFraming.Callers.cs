using System.Buffers.Text;

namespace Mayday.Analysis.Lines;

/// <summary>Reads who printed a line: PRINTK_CALLER, and the forms that phone vendors print in its place.</summary>
internal static partial class LineFraming
{
    /// <summary>"[  T123] ", "[    C1] ", or a vendor's "[0:  swapper/0:    1] ".</summary>
    private static int ReadCaller(ReadOnlySpan<byte> line, int at, ref FramedLine framed)
    {
        var i = at;
        while (i < line.Length && i < at + 2 && line[i] == ' ')
        {
            i++;
        }

        if (i + 3 >= line.Length)
        {
            return at;
        }

        if (line[i] != '[')
        {
            return double.IsNaN(framed.Time) ? at : ReadVendorCaller(line, at, i, ref framed);
        }

        var close = line[i..Math.Min(line.Length, i + 40)].IndexOf((byte)']');
        if (close < 0)
        {
            return at;
        }

        var inside = line.Slice(i + 1, close - 1).TrimStart((byte)' ');
        if (inside.Length >= 2 && inside[0] is (byte)'T' or (byte)'C' && IsDigit(inside[1]))
        {
            var caller = CallerNumber(inside);
            if (caller != 0)
            {
                framed.Caller = caller;
                return SkipOneBlank(line, i + close + 1);
            }
        }

        // "[4:SdpManagerServi: 3874]", printed by some phones
        if (!double.IsNaN(framed.Time) && inside.Length > 5 && IsDigit(inside[0]) && inside[1] == ':'
            && inside[2..].LastIndexOf((byte)':') is > 0 and var colon
            && Utf8Parser.TryParse(inside[(colon + 3)..].TrimStart((byte)' '), out int pid, out _))
        {
            framed.Caller = pid + 1;
            return SkipOneBlank(line, i + close + 1);
        }

        return at;
    }

    /// <summary>"c3    882 text" (Spreadtrum) and "(3)[882:surfaceflinger]text", "-(0)[1:init]text" (MediaTek).</summary>
    private static int ReadVendorCaller(ReadOnlySpan<byte> line, int at, int i, ref FramedLine framed)
    {
        var rest = line[i..Math.Min(line.Length, i + 64)];
        if (rest[0] == 'c' && IsDigit(rest[1]))
        {
            var digits = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            var blanks = digits > 0 ? rest[(1 + digits)..].IndexOfAnyExcept((byte)' ') : -1;
            if (digits is 1 or 2 && blanks > 0 && Utf8Parser.TryParse(rest[(1 + digits + blanks)..], out int task, out var used)
                && used <= 7 && 1 + digits + blanks + used is var end && end < rest.Length && rest[end] == ' ')
            {
                framed.Caller = task + 1;
                return i + end + 1;
            }

            return at;
        }

        if (rest[0] == '-')
        {
            rest = rest[1..];
            i++;
        }

        if (rest.Length < 6 || rest[0] != '(' || !IsDigit(rest[1]) || rest.IndexOf(")["u8) is not (2 or 3))
        {
            return at;
        }

        var open = rest.IndexOf((byte)')');
        var close = rest.IndexOf((byte)']');
        if (close > open + 3 && Utf8Parser.TryParse(rest[(open + 2)..], out int pid, out var length) && pid >= 0 && length <= 7 && rest[open + 2 + length] == ':')
        {
            framed.Caller = pid + 1;
            return SkipOneBlank(line, i + close + 1);
        }

        return at;
    }

    private static int CallerNumber(ReadOnlySpan<byte> caller)
    {
        if (caller.Length < 2 || !Utf8Parser.TryParse(caller[1..], out int number, out var used) || number < 0 || used > 9)
        {
            return 0;
        }

        return caller[0] == 'T' ? number + 1 : caller[0] == 'C' ? -number - 1 : 0;
    }
}

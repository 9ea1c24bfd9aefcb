namespace Mayday.Analysis.Lines;

/// <summary>Reads the prefixes that syslog servers, journals and dmesg put before a kernel line.</summary>
internal static partial class LineFraming
{
    /// <summary>"Nov 22 19:22:00 host kernel: ", "2026-11-22T19:22:00+00:00 host kernel: ", "kern  :warn  : ", "2018/01/09 14:28:48 ".</summary>
    private static int ReadSyslogPrefix(ReadOnlySpan<byte> line, int at, ref FramedLine framed)
    {
        if (line.Length - at < 8)
        {
            return at;
        }

        var window = line[at..Math.Min(line.Length, at + PrefixWindow)];
        if (window.StartsWith("kern  :"u8) || window.StartsWith("user  :"u8) || window.StartsWith("daemon:"u8))
        {
            var second = window[7..].IndexOf((byte)':');
            if (second is < 0 or > 10)
            {
                return at;
            }

            framed.IsUser |= window[0] != 'k';
            return SkipBlanks(line, at + 8 + second);
        }

        var date = DateLength(window);
        if (date == 0)
        {
            // Some logs keep only the tag.
            if (window.StartsWith("kernel: "u8))
            {
                return at + 8;
            }

            // dmesg -T: "[Sun Nov 22 19:22:00 2026] text"
            if (window[0] == '[' && IsLetter(window[1]) && IsLetter(window[2]) && IsLetter(window[3]) && window[4] == ' ')
            {
                var close = window[..Math.Min(window.Length, 40)].IndexOf((byte)']');
                if (close > 20 && IsDigit(window[close - 1]))
                {
                    return SkipOneBlank(line, at + close + 1);
                }
            }

            return at;
        }

        var kernel = window.IndexOf(" kernel: "u8);
        if (kernel >= 0 && window[date..Math.Max(date, kernel)].IndexOf(": "u8) < 0)
        {
            return at + kernel + 9;
        }

        kernel = window.IndexOf(" kernel["u8);
        if (kernel >= 0)
        {
            var colon = window[kernel..].IndexOf("]: "u8);
            return colon >= 0 ? at + kernel + colon + 3 : at;
        }

        // A line of another program in the same journal.
        var rest = window[date..];
        var tag = rest.IndexOf("]: "u8);
        var open = tag > 0 ? rest[..tag].LastIndexOf((byte)'[') : -1;
        if (open > 0 && IsDigit(rest[open + 1]) && rest[..open].LastIndexOf((byte)' ') >= 0 && rest[..open].IndexOf((byte)'[') < 0)
        {
            framed.IsUser = true;
        }

        framed.IsUser |= IsTagged(rest);
        return at + date + (date == 16 ? RelayLength(rest) : 0);
    }

    /// <summary>
    /// Returns the length of the sender's name that a syslog server puts before netconsole text, which has no tag. Only names with a digit,
    /// dot or dash are accepted, because kernel messages do not begin with such a word.
    /// </summary>
    private static int RelayLength(ReadOnlySpan<byte> rest)
    {
        var telling = false;
        for (var i = 0; i < rest.Length && i < 64; i++)
        {
            var c = rest[i];
            if (c == ' ')
            {
                return telling && i > 1 ? i + 1 : 0;
            }

            if (!IsLetter(c) && !IsDigit(c) && c is not ((byte)'.' or (byte)'-') || i == 0 && c == '-')
            {
                return 0;
            }

            telling |= !IsLetter(c);
        }

        return 0;
    }

    /// <summary>Recognises "host sshd: text": two words and a colon, written by programs that do not log their pid.</summary>
    private static bool IsTagged(ReadOnlySpan<byte> rest)
    {
        var host = rest.IndexOf((byte)' ');
        if (host <= 0 || rest[..host].ContainsAny(":[("u8))
        {
            return false;
        }

        var tag = rest[(host + 1)..];
        var end = tag.IndexOf((byte)' ');
        if (end <= 1 || tag[end - 1] != ':')
        {
            return false;
        }

        // Exceptions with two words in their names, where the date stands before the kernel's own text, and the remains of "rcu:" or
        // "watchdog:" after a netconsole relay. Program names do not begin with a capital letter either.
        tag = tag[..(end - 1)];
        return tag[0] is >= (byte)'a' and <= (byte)'z'
            && !(tag.SequenceEqual("error"u8) || tag.SequenceEqual("opcode"u8) || tag.SequenceEqual("fault"u8) || tag.SequenceEqual("segment"u8)
                || tag.SequenceEqual("check"u8) || tag.SequenceEqual("overflow"u8) || tag.SequenceEqual("exception"u8) || tag.SequenceEqual("pstate"u8)
                || tag.SequenceEqual("rcu"u8) || tag.SequenceEqual("watchdog"u8) || tag.SequenceEqual("traps"u8) || tag.SequenceEqual("mce"u8)
                || tag.SequenceEqual("note"u8) || tag.SequenceEqual("task"u8));
    }

    private static int DateLength(ReadOnlySpan<byte> window)
    {
        // Mmm dd hh:mm:ss
        if (window.Length > 16 && IsLetter(window[0]) && window[3] == ' ' && window[6] == ' ' && window[9] == ':' && window[12] == ':' && IsDigit(window[8]))
        {
            return 16;
        }

        // yyyy-mm-ddThh:mm:ss or yyyy/mm/dd hh:mm:ss
        if (window.Length > 20 && IsDigit(window[0]) && IsDigit(window[3]) && window[4] is (byte)'-' or (byte)'/'
            && window.Length > 20 && window[7] == window[4] && window[13] == ':' && window[16] == ':')
        {
            var end = window[19..].IndexOf((byte)' ');
            return end is >= 0 and < 20 ? 20 + end : 0;
        }

        return 0;
    }
}

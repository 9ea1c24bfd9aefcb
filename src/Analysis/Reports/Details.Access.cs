namespace Mayday.Analysis.Reports;

/// <summary>
/// Reads the faulting access: address, size, read or write, and the object it hit. Each architecture words this differently.
/// </summary>
internal sealed partial class Details
{
    // Words that precede the address in the first line of a fault.
    private static readonly string[] s_beforeAddress = [" address: ", " address ", " on read at ", " on write at ", " at addr ", "data access at ", "dereference at ", "paging request at ", " access at "];

    private void Note(string? address = null, int? size = null, bool? write = null, string? subject = null)
    {
        var known = Access ?? new MemoryAccess(null, null, null);
        Access = known with { Address = known.Address ?? address, Size = known.Size ?? size, Write = known.Write ?? write, Object = known.Object ?? subject };
    }

    /// <summary>
    /// Reads first lines such as "BUG: unable to handle page fault for address: ffff…", "… at virtual address 00000014 when read", "… on
    /// write at 0x38".
    /// </summary>
    private void ReadFirstLine(ReportText report)
    {
        if (report.Rule.Class != CrashClass.BadAccess)
        {
            return;
        }

        ReadAddress(report.Lines[0].Text);
    }

    private void ReadAddress(ReadOnlySpan<char> text)
    {
        foreach (var words in s_beforeAddress)
        {
            if (text.IndexOf(words, StringComparison.Ordinal) is >= 0 and var at && Hex(text[(at + words.Length)..]) is { } address)
            {
                Note(address);
                break;
            }
        }

        if (text.IndexOf(" at (null)", StringComparison.Ordinal) > 0)
        {
            Note("0x0");
        }

        if (text.EndsWith(" when read", StringComparison.Ordinal) || text.IndexOf(" on read at ", StringComparison.Ordinal) > 0)
        {
            Note(write: false);
        }
        else if (text.EndsWith(" when write", StringComparison.Ordinal) || text.IndexOf(" on write at ", StringComparison.Ordinal) > 0)
        {
            Note(write: true);
        }
    }

    private void ReadFault(ReadOnlySpan<char> text)
    {
        switch (text[0])
        {
            // powerpc prints this line twice. The second one has the address.
            case 'B' when text.StartsWith("BUG: ", StringComparison.Ordinal):
                ReadAddress(text);
                break;

            case '#' when text.StartsWith("#PF: supervisor ", StringComparison.Ordinal):
                Note(write: text.IndexOf("write", StringComparison.Ordinal) > 0);
                break;

            // arm64: "CM = 0, WnR = 1, TnD = 0"
            case 'C' when text.StartsWith("CM = ", StringComparison.Ordinal) && text.IndexOf("WnR = ", StringComparison.Ordinal) is > 0 and var wnr && wnr + 6 < text.Length:
                Note(write: text[wnr + 6] == '1');
                break;

            // x86: bit 1 of the error code is set for a write. "Oops: 0002 [#1]", "Oops: Oops: 0002 [#1]". Other architectures print other
            // codes here.
            case 'O' when Access is not null && text.StartsWith("Oops: ", StringComparison.Ordinal) && text.IndexOf(" [#", StringComparison.Ordinal) is > 9 and var end
                && Hex(text[(end - 4)..end]) is { Length: 4 } code:
                Note(write: (Convert.ToInt32(code, 16) & 2) != 0);
                break;

            // s390, riscv, mips
            case 'F' when text.StartsWith("Failing address: ", StringComparison.Ordinal):
                Note(Hex(text[17..]));
                break;
            case 's' when text.StartsWith("status: ", StringComparison.Ordinal) && text.IndexOf("badaddr: ", StringComparison.Ordinal) is > 0 and var bad:
                Note(Hex(text[(bad + 9)..]));
                break;

            // "Use-after-free read at 0xffff… (in kfence-#22):", then "kfence-#22: 0xffff…-0xffff…, size=128, cache=kmalloc-128"
            case 'U' or 'O' or 'I' or 'C' when text.IndexOf(" (in kfence-#", StringComparison.Ordinal) > 0 && text.IndexOf(" at 0x", StringComparison.Ordinal) is > 0 and var kfence:
                Note(Hex(text[(kfence + 4)..]), write: text.IndexOf(" write at ", StringComparison.Ordinal) > 0 ? true : text.IndexOf(" read at ", StringComparison.Ordinal) > 0 ? false : null);
                break;
            case 'k' when text.StartsWith("kfence-#", StringComparison.Ordinal) && text.IndexOf(", size=", StringComparison.Ordinal) is > 0 and var sized
                && text.IndexOf(", cache=", StringComparison.Ordinal) is > 0 and var cache && Number(text[(sized + 7)..]) is { } bytes:
                Note(subject: $"cache {text[(cache + 8)..]} of size {bytes}");
                break;
        }
    }

    private static string? Hex(ReadOnlySpan<char> text)
    {
        var end = text.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0;
        while (end < text.Length && end < 18 && char.IsAsciiHexDigit(text[end]))
        {
            end++;
        }

        return end >= 4 ? text[..end].ToString() : null;
    }

    private void ReadAccess(ReadOnlySpan<char> text)
    {
        var write = text[0] == 'W';
        int? size = null;
        var rest = write ? text[6..] : text[5..];
        if (rest.StartsWith("of size ", StringComparison.Ordinal))
        {
            size = Number(rest[8..]);
        }
        else if (!rest.StartsWith("at addr", StringComparison.Ordinal))
        {
            return;
        }

        AccessWord ??= write ? "Write" : "Read";
        var addr = rest.IndexOf("addr ", StringComparison.Ordinal);
        string? address = null;
        if (addr >= 0)
        {
            var at = rest[(addr + 5)..];
            var end = at.IndexOf(' ');
            address = (end > 0 ? at[..end] : at).ToString();
        }

        Note(address, size, write);
        var task = rest.IndexOf("by task ", StringComparison.Ordinal);
        if (task >= 0)
        {
            var who = rest[(task + 8)..];
            var slash = who.LastIndexOf('/');
            if (slash > 0)
            {
                Comm ??= who[..slash].ToString();
                Pid ??= Number(who[(slash + 1)..]);
            }
        }
    }
}

namespace Mayday.Analysis.Parsing;

/// <summary>Reads the line that shows the instruction pointer, for all architectures.</summary>
internal static class ProgramCounter
{
    private static readonly string[] s_heads =
    [
        "RIP: ", "EIP: ", "RIP ", "EIP is at ", "IP: ", "pc : ", "pc: ", "PC is at ", "NIP ", "epc : ", "epc: ", "ERA: ", "era : ", "TPC: ", "PC: ", "Krnl PSW : ", "Krnl PSW: ", "pc ", "IAOQ[0]: ", "ERA ",
    ];

    /// <summary>Returns false for a user-space program counter ("RIP: 0033:0x432760"), which does not describe the kernel.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out StackFrame frame)
    {
        frame = null!;
        var found = false;
        if (text[0] is not ('R' or 'E' or 'I' or 'p' or 'P' or 'N' or 'e' or 'T' or 'K'))
        {
            return false;
        }

        foreach (var head in s_heads)
        {
            if (text[0] == head[0] && text.StartsWith(head, StringComparison.Ordinal))
            {
                text = text[head.Length..].TrimStart();
                found = true;
                break;
            }
        }

        // mips: "epc   : 80123456 f+0x1/0x2"
        if (!found && text.StartsWith("epc ", StringComparison.Ordinal) && text.IndexOf(": ", StringComparison.Ordinal) is > 0 and < 12 and var colon)
        {
            text = text[(colon + 2)..].TrimStart();
            found = true;
        }

        text = text.TrimStart('<');   // sparc: "TPC: <f+0x1/0x2>"
        if (!found || text.IsEmpty)
        {
            return false;
        }

        // The code segment ("0010:"). Its two low bits are the privilege level: 0 is the kernel.
        if (text.Length > 5 && text[4] == ':' && char.IsAsciiHexDigit(text[0]) && char.IsAsciiHexDigit(text[3]))
        {
            if (text[3] is '3' or 'b' or 'B')
            {
                return false;
            }

            text = text[5..].TrimStart();
        }

        // s390: "0704c00180000000 000003ffe0b2a1c2 (f+0x1/0x2)"; old x86: "[<addr>]  [<addr>] f+0x1/0x2"
        for (var i = 0; i < 3; i++)
        {
            if (text.StartsWith("[<", StringComparison.Ordinal) && text.IndexOf(">]", StringComparison.Ordinal) is > 0 and < 22 and var close)
            {
                var address = text[2..close];
                text = text[(close + 2)..].TrimStart();
                if (text.IsEmpty)
                {
                    frame = new StackFrame("0x" + address.ToString(), null, null, null, true, "pc");
                    return true;
                }
            }
            else if (text[0] == '[' && text.IndexOf("] ", StringComparison.Ordinal) is > 8 and < 20 and var end)
            {
                text = text[(end + 2)..].TrimStart();
            }
            else
            {
                break;
            }
        }

        if (text.IsEmpty)
        {
            return false;
        }

        var paren = text.IndexOf('(');
        if (char.IsAsciiDigit(text[0]) && paren is > 8 and < 50)
        {
            text = text[(paren + 1)..];
        }
        else if (text[0] == '(')
        {
            text = text[1..];
        }

        if (text.StartsWith("0x", StringComparison.Ordinal) || text.StartsWith("null)", StringComparison.Ordinal) || (text.Length >= 8 && IsHex(text)))
        {
            var end = text.IndexOf(' ');
            var address = end > 0 ? text[..end] : text;
            if (end > 0 && Symbol.TryRead(text[(end + 1)..].TrimStart(), out var named) && named.HasOffset)
            {
                frame = Make(named);   // loongarch: "ERA: 9000000000223abc f+0x1/0x2"
                return true;
            }

            frame = new StackFrame(address.StartsWith("null", StringComparison.Ordinal) ? "0x0" : address.StartsWith("0x", StringComparison.Ordinal) ? address.ToString() : "0x" + address.ToString(), null, null, null, true, "pc");
            return true;
        }

        if (!Symbol.TryRead(text, out var symbol) || (!symbol.HasOffset && text.IndexOf("[inline]", StringComparison.Ordinal) < 0))
        {
            return false;
        }

        frame = Make(symbol);
        if (!symbol.HasOffset)
        {
            frame = frame with { IsInlined = true };
        }

        return true;
    }

    private static StackFrame Make(in Symbol symbol) => new(Symbol.Readable(symbol.Name),
        symbol.Offset >= 0 ? symbol.Offset : null, symbol.Size > 0 ? symbol.Size : null, symbol.Module.IsEmpty ? null : Names.Intern(symbol.Module), true, "pc");

    private static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (var c in text[..8])
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }
        }

        return true;
    }
}

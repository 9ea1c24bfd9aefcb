namespace Mayday.Analysis.Reports;

/// <summary>Reads registers as each architecture prints them: named one by one, or in rows where only the first is named.</summary>
internal sealed partial class Details
{
    private const string S390Row = "Krnl GPRS:";

    private int _s390Row = -1;
    private bool _kernelCode;

    /// <summary>"RAX: 0000 RBX: 0001", "x29: ffff x28: 0001", "r10: 0000  r9 : 0001", "sp : ffff", "pc : [&lt;c0a1b2c4&gt;]".</summary>
    private void ReadRegisters(ReadOnlySpan<char> text)
    {
        if (text.Length < 7)
        {
            return;
        }

        if (ReadRow(text) || ReadKernelCode(text) || ReadUncoloned(text))
        {
            return;
        }

        while (text.Length > 6)
        {
            var colon = text.IndexOf(':');
            if (colon is < 1 or > 7)
            {
                return;
            }

            var name = text[..colon].TrimEnd();
            if (!IsRegisterName(name))
            {
                return;
            }

            var rest = text[(colon + 1)..].TrimStart();
            var bracketed = rest.StartsWith("[<", StringComparison.Ordinal);
            if (bracketed)
            {
                rest = rest[2..];
            }

            var end = 0;
            var colonInside = false;
            while (end < rest.Length && (char.IsAsciiHexDigit(rest[end]) || (rest[end] == ':' && end == 4 && !colonInside)))
            {
                colonInside |= rest[end] == ':';
                end++;
            }

            if (end < 4)
            {
                return;
            }

            var value = rest[..end];
            if (colonInside)
            {
                value = value[5..];   // RSP: 0018:ffff...
            }

            Keep(name, value);
            text = rest[end..];
            if (bracketed && text.StartsWith(">]", StringComparison.Ordinal))
            {
                text = text[2..];
            }

            if (text.Length > 0 && text[0] == '(')
            {
                var close = text.IndexOf(')');
                if (close < 0)
                {
                    return;
                }

                text = text[(close + 1)..];
            }

            text = text.TrimStart();
        }
    }

    /// <summary>
    /// Reads rows of values after one name: "GPR04: ..." (powerpc), "$ 4   : ..." (mips), "Krnl GPRS: ..." and the rows below it (s390).
    /// </summary>
    private bool ReadRow(ReadOnlySpan<char> text)
    {
        string prefix;
        int first;
        if (text.StartsWith("GPR", StringComparison.Ordinal) && text.Length > 12 && text[5] == ':' && Number(text[3..5]) is { } gpr)
        {
            (prefix, first) = ("GPR", gpr);
            text = text[6..];
        }
        else if (text.StartsWith("$ ", StringComparison.Ordinal) && text.IndexOf(':') is > 2 and < 10 and var colon && Number(text[2..].TrimStart()) is { } mips)
        {
            (prefix, first) = ("$", mips);
            text = text[(colon + 1)..];
        }
        else if (text.StartsWith(S390Row, StringComparison.Ordinal))
        {
            (prefix, first) = ("R", 0);
            text = text[S390Row.Length..];
            _s390Row = 4;
        }
        else if (_s390Row is > 0 and < 16 && IsHexWords(text))
        {
            (prefix, first) = ("R", _s390Row);
            _s390Row += 4;
        }
        else
        {
            _s390Row = -1;
            return false;
        }

        foreach (var range in text.Split(' '))
        {
            var value = text[range];
            if (value.Length is 8 or 16 && IsHexWords(value))
            {
                Keep($"{prefix}{first++}", value);
            }
        }

        return true;
    }

    /// <summary>loongarch: "pc 9000000000223abc ra 9000000000223a00 tp 900000010a2b0000 sp 900000010a2b3d00".</summary>
    private bool ReadUncoloned(ReadOnlySpan<char> text)
    {
        var blank = text.IndexOf(' ');
        if (blank is not (2 or 3) || !char.IsAsciiLetterLower(text[0]) || text.Length < blank + 17 || !IsHexWords(text.Slice(blank + 1, 16)) || text.Length > blank + 17 && text[blank + 17] != ' ')
        {
            return false;
        }

        while (text.Length >= 19 && text.IndexOf(' ') is 2 or 3)
        {
            blank = text.IndexOf(' ');
            if (text.Length < blank + 17 || !IsHexWords(text.Slice(blank + 1, 16)))
            {
                break;
            }

            Keep(text[..blank], text.Slice(blank + 1, 16));
            text = text[(blank + 17)..].TrimStart();
        }

        return true;
    }

    /// <summary>
    /// s390 prints its own disassembly: "#000003ff8012b4a6: e310f0a00024  stg  %r1,160(%r15)". The mark precedes the instruction that ran
    /// last.
    /// </summary>
    private bool ReadKernelCode(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("Krnl Code:", StringComparison.Ordinal))
        {
            CodeBytes ??= "";
            text = text[10..].TrimStart();
        }
        else if (CodeBytes is null || !_kernelCode)
        {
            return false;
        }

        var marked = text.Length > 0 && text[0] == '#';
        text = text.TrimStart("#>");
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        _kernelCode = colon is 16 or 8 && IsHexWords(text[..colon]);
        if (!_kernelCode)
        {
            return false;
        }

        var rest = text[(colon + 2)..];
        var end = rest.IndexOfAny(' ', '\t');
        var bytes = end > 0 ? rest[..end] : rest;
        if (bytes.Length is 4 or 8 or 12 && CodeBytes!.Length < 512)
        {
            CodeBytes += $"{(CodeBytes.Length > 0 ? " " : "")}{(marked ? $"({bytes})" : bytes.ToString())}";
        }

        return true;
    }

    private void Keep(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        var upper = name.ToString().ToUpperInvariant();
        if (Registers.Count < MaxRegisters && !Registers.Exists(r => r.Name == upper))
        {
            Registers.Add(new RegisterValue(upper, value.ToString()));
        }
    }

    private static bool IsHexWords(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigit(c) && c != ' ')
            {
                return false;
            }
        }

        return text.Length >= 8;
    }

    private static bool IsRegisterName(ReadOnlySpan<char> name)
    {
        if (name.Length is < 1 or > 6)
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
        }

        if (name.SequenceEqual("RIP") || name.SequenceEqual("EIP") || name.SequenceEqual("IP") || name.SequenceEqual("PGD") || name.SequenceEqual("CPU") || name.SequenceEqual("PID") || name.SequenceEqual("REGS") || name.SequenceEqual("AS"))
        {
            return false;
        }

        return char.IsAsciiLetter(name[0]) && (char.IsAsciiLetterUpper(name[0]) ? name.Length >= 2 && IsX86(name) : name.Length <= 6 && name is not "page" and not "raw" and not "flags" and not "head" and not "index" and not "task" and not "pool" and not "pwq" and not "rcu" and not "addr");
    }

    private static bool IsX86(ReadOnlySpan<char> name) => name[0] is 'R' or 'E' || name.EndsWith("S", StringComparison.Ordinal) || name.StartsWith("CR", StringComparison.Ordinal) || name.StartsWith("DR", StringComparison.Ordinal) || name is "PKRU" or "MSR" or "XER" or "CTR" or "CFAR" or "DAR" or "DSISR" or "LR" or "NIP" or "FS" or "GS";
}

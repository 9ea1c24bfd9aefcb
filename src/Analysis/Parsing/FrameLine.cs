namespace Mayday.Analysis.Parsing;

/// <summary>Reads one entry of a call trace, in any of the forms that kernels and decoders print.</summary>
internal static class FrameLine
{
    /// <summary>
    /// True if <paramref name="text"/> is a frame. <paramref name="lenient"/> also accepts frames without offsets. Only decoders print
    /// those; elsewhere any word would match.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, string stack, bool lenient, out StackFrame frame, out StackFrame? caller)
    {
        frame = null!;
        caller = null;
        var indented = text.Length > 0 && text[0] is ' ' or '\t';
        text = text.Trim();
        if (text.Length is < 3 or > 700)
        {
            return false;
        }

        var reliable = true;
        var addressed = false;

        // s390 prints the innermost frame in parentheses.
        var paren = text[0] == '(';
        if (paren)
        {
            text = text[1..];
        }

        for (var i = 0; i < 3 && text.Length > 0; i++)
        {
            if (text[0] == '?')
            {
                reliable = false;
                text = text[1..].TrimStart();
            }
            else if (TryAddress(text, out var rest))
            {
                addressed = true;
                text = rest;
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

        if (text[0] == '?')
        {
            reliable = false;
            text = text[1..].TrimStart();
        }

        // arm before 5.x: "[<c0102>] (dump_stack) from [<c0334>] (show_stack+0x18/0x1c)"
        if (addressed && text.Length > 1 && text[0] == '(')
        {
            return TryArm(text, stack, out frame, out caller);
        }

        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            var end = 2;
            while (end < text.Length && char.IsAsciiHexDigit(text[end]))
            {
                end++;
            }

            if ((addressed || indented) && end > 4 && end == text.Length)
            {
                frame = new StackFrame(text[..end].ToString(), null, null, null, reliable, stack);
                return true;
            }

            return false;
        }

        if (!Symbol.TryRead(text, out var symbol))
        {
            return false;
        }

        var tail = text[symbol.Length..].TrimStart();
        if (symbol.HasOffset)
        {
            // "dump_backtrace from show_stack+0x18/0x1c" is handled below. Here an offset came first.
            if (!IsFrameTail(tail, out var unreliable, out var source))
            {
                return false;
            }

            frame = Make(symbol, reliable && !unreliable, stack, source, inlined: false);
            return true;
        }

        // arm since 5.x: " dump_backtrace from show_stack+0x18/0x1c"
        if (tail.StartsWith("from ", StringComparison.Ordinal) && Symbol.TryRead(tail[5..], out var from) && from.HasOffset)
        {
            frame = new StackFrame(symbol.Name.ToString(), null, null, null, reliable, stack);
            caller = Make(from, reliable, stack, null, false);
            return true;
        }

        if (tail.EndsWith("[inline]", StringComparison.Ordinal))
        {
            var path = tail[..^8].TrimEnd();
            if (path.IsEmpty || IsSource(path))
            {
                frame = Make(symbol, reliable, stack, path.IsEmpty ? null : path.ToString(), inlined: true);
                return true;
            }

            return false;
        }

        // decode_stacktrace.sh: "func (file.c:123 (discriminator 2)) module"
        if (lenient && tail.Length > 3 && tail[0] == '(' && tail.LastIndexOf(')') is > 0 and var close)
        {
            var path = tail[1..close];
            var blank = path.IndexOf(' ');
            var first = blank > 0 ? path[..blank] : path;
            if (IsSource(first) || first.SequenceEqual("??:?"))
            {
                var module = tail[(close + 1)..].Trim();
                frame = new StackFrame(Symbol.Readable(symbol.Name), null, null, module.Length is > 0 and < 60 ? module.Trim("[]").ToString() : null,
                    reliable, stack, Source: first.ToString());
                return true;
            }
        }

        // A symbol with a source position but no offset, as other symbolising tools print it.
        if (lenient && IsSource(tail))
        {
            frame = Make(symbol, reliable, stack, tail.ToString(), inlined: false);
            return true;
        }

        if (addressed && tail.IsEmpty && symbol.Name.Length > 2)
        {
            frame = Make(symbol, reliable, stack, null, inlined: false);
            return true;
        }

        return false;
    }

    private static bool TryArm(ReadOnlySpan<char> text, string stack, out StackFrame frame, out StackFrame? caller)
    {
        frame = null!;
        caller = null;
        if (!Symbol.TryRead(text[1..], out var symbol))
        {
            return false;
        }

        frame = Make(symbol, true, stack, null, false);
        var from = text.IndexOf(" from ");
        if (from > 0)
        {
            var rest = text[(from + 6)..];
            TryAddress(rest, out rest);
            if (rest.Length > 1 && rest[0] == '(')
            {
                rest = rest[1..];
            }

            if (Symbol.TryRead(rest, out var second))
            {
                caller = Make(second, true, stack, null, false);
            }
        }

        return true;
    }

    private static StackFrame Make(in Symbol symbol, bool reliable, string stack, string? source, bool inlined) => new(
        Symbol.Readable(symbol.Name),
        symbol.Offset >= 0 ? symbol.Offset : null,
        symbol.Size > 0 ? symbol.Size : null,
        symbol.Module.IsEmpty ? null : Names.Intern(symbol.Module),
        reliable, stack, inlined, Source: source);

    /// <summary>
    /// Checks what may follow the size: nothing, "(P)", "(unreliable)", a source position, a build id, a tag in brackets.
    /// </summary>
    private static bool IsFrameTail(ReadOnlySpan<char> tail, out bool unreliable, out string? source)
    {
        unreliable = false;
        source = null;
        if (tail.IsEmpty || tail.SequenceEqual(")"))
        {
            return true;
        }

        if (tail[0] is '(' or '[' or '<' or '{' or '/')
        {
            unreliable = tail.StartsWith("(unreliable)", StringComparison.Ordinal);
            return tail.Length < 80 || tail[0] == '(';
        }

        var blank = tail.IndexOf(' ');
        var first = blank > 0 ? tail[..blank] : tail;
        if (IsSource(first) || first.IndexOf('/') > 0 || first.SequenceEqual("??:?"))
        {
            source = first.ToString();
            return true;
        }

        return tail.StartsWith("<", StringComparison.Ordinal);
    }

    /// <summary>"path/file.c:123" or "file.rs:12".</summary>
    internal static bool IsSource(ReadOnlySpan<char> text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0 && text[..colon].LastIndexOf(':') is > 0 and var earlier && char.IsAsciiDigit(text[colon - 1]))
        {
            colon = earlier;   // file.c:12:34
        }

        return colon > 2 && colon + 1 < text.Length && char.IsAsciiDigit(text[colon + 1]) && text[..colon].IndexOf('.') > 0 && text[..colon].IndexOf(' ') < 0;
    }

    /// <summary>"[&lt;ffffffff81234567&gt;] " or "[c000000001234560] ".</summary>
    private static bool TryAddress(ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        rest = text;
        if (text.Length < 6 || text[0] != '[')
        {
            return false;
        }

        var i = 1;
        var angle = text[i] == '<';
        if (angle)
        {
            i++;
        }

        var digits = i;
        while (i < text.Length && (char.IsAsciiHexDigit(text[i]) || text[i] is 'x' or '_' or 'p' or 't' or 'r' or 'v' or 'l'))
        {
            i++;   // "____ptrval____" replaces a hashed address
        }

        if (i - digits is < 4 or > 18 || i >= text.Length)
        {
            return false;
        }

        if (angle)
        {
            if (text[i] != '>')
            {
                return false;
            }

            i++;
        }

        if (i >= text.Length || text[i] != ']')
        {
            return false;
        }

        rest = text[(i + 1)..].TrimStart();
        return true;
    }
}

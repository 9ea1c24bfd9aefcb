using System.Globalization;
using Mayday.Analysis.Parsing;

namespace Mayday.Analysis.Rules;

/// <summary>Defines how much text each kind of capture takes and what it keeps.</summary>
internal sealed partial class LinePattern
{
    private static int Take(in Part part, ReadOnlySpan<char> text, string? next, Captures? captures)
    {
        int end;
        switch (part.Kind)
        {
            case CaptureKind.Function:
                return TakeFunction(part, text, captures);
            case CaptureKind.Source:
                return TakeSource(text, captures);
            case CaptureKind.Number:
                end = Run(text, static c => char.IsAsciiDigit(c));
                if (end is 0 or > 18)
                {
                    return -1;
                }

                break;
            case CaptureKind.Hex:
                end = text.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0;
                end += Run(text[end..], static c => char.IsAsciiHexDigit(c));
                if (end == 0)
                {
                    return -1;
                }

                break;
            case CaptureKind.Label:
                end = Run(text, static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
                if (next is not null && text[end..].StartsWith(' ') && text[end..].IndexOf(next, StringComparison.Ordinal) is > 0 and < 24 and var words)
                {
                    end += words;   // "use after free", as the first KASAN versions print it
                }

                if (end == 0)
                {
                    return -1;
                }

                break;
            case CaptureKind.Infoleak:
                // "kernel-infoleak", "kernel-usb-infoleak", "kernel-infoleak-after-free"
                end = Run(text, static c => char.IsAsciiLetterOrDigit(c) || c == '-');
                if (text[..end].IndexOf("infoleak", StringComparison.Ordinal) < 0)
                {
                    return -1;
                }

                break;
            case CaptureKind.Shout:
                end = Run(text, static c => char.IsAsciiLetterUpper(c) || c == '_');
                if (end < 3)
                {
                    return -1;
                }

                break;
            case CaptureKind.Word:
                end = Run(text, static c => c > ' ');
                if (next is { Length: > 0 } && next[0] > ' ')
                {
                    var stop = text[..Math.Min(text.Length, end + next.Length)].IndexOf(next, StringComparison.Ordinal);
                    if (stop >= 0 && stop <= end)
                    {
                        end = stop;
                    }
                }

                if (end == 0)
                {
                    return -1;
                }

                break;
            case CaptureKind.Task:
                end = next is null ? text.Length : text.IndexOf(next, StringComparison.Ordinal);
                if (end <= 0)
                {
                    return -1;
                }

                TakeTask(text[..end], captures);
                return end;
            case CaptureKind.Trap:
                // "overflow", "bounds", "alignment check": lower-case words only, as in the x86 trap table.
                end = Run(text, static c => char.IsAsciiLetterLower(c) || c is ' ' or '-' or '_');
                if (end is < 4 or > 40)
                {
                    return -1;
                }

                break;
            case CaptureKind.Slabcache:
                // "kmalloc-256 (Tainted: G OE )": the cache name, then the taint in parentheses.
                end = text.IndexOf(')') + 1;
                if (end <= 0 || (text.IndexOf("ainted", StringComparison.Ordinal) is var taint && (taint < 0 || taint > end)))
                {
                    return -1;
                }

                break;
            default:
                end = next is null ? text.Length : text.IndexOf(next, StringComparison.Ordinal);
                if (end < 0 || (part.Kind == CaptureKind.Phrase && end is 0 or > 60))
                {
                    return -1;
                }

                break;
        }

        captures?.Add(part.Name, text[..end].ToString());
        return end;
    }

    private static int TakeFunction(in Part part, ReadOnlySpan<char> text, Captures? captures)
    {
        var skipped = 0;
        if (text.StartsWith("[<", StringComparison.Ordinal) && text.IndexOf(">] ", StringComparison.Ordinal) is > 0 and < 24 and var close)
        {
            skipped = close + 3;
        }

        if (!Symbol.TryRead(text[skipped..], out var symbol) || (symbol.Length >= 8 && IsHex(symbol.Name)))
        {
            return -1;   // an address without a symbol
        }

        if (captures is not null)
        {
            var name = Symbol.Readable(symbol.Name);
            if (part.Name == "function")
            {
                captures.Function = name;
                captures.Module = symbol.Module.IsEmpty ? null : symbol.Module.ToString();
            }

            captures.Add(part.Name, name);
        }

        return skipped + symbol.Length;
    }

    /// <summary>Reads "kworker/0:1:764", "nginx/125", "openvpn/130/0x00000002". The name itself may contain colons and slashes.</summary>
    private static void TakeTask(ReadOnlySpan<char> text, Captures? captures)
    {
        if (captures is null)
        {
            return;
        }

        for (var tries = 0; tries < 3; tries++)
        {
            var cut = text.LastIndexOfAny(':', '/');
            if (cut <= 0)
            {
                return;
            }

            var last = text[(cut + 1)..];
            text = text[..cut];
            if (int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out _) && !last.StartsWith("0x", StringComparison.Ordinal) && (last.Length < 8 || last[0] != '0'))
            {
                captures.Add("comm", text.ToString());
                captures.Add("pid", last.ToString());
                return;
            }
        }
    }

    private static int TakeSource(ReadOnlySpan<char> text, Captures? captures)
    {
        var end = 0;
        while (end < text.Length && text[end] > ' ' && text[end] is not (',' or '!' or ';'))
        {
            end++;
        }

        var path = text[..end];
        var colon = path.LastIndexOf(':');
        if (colon <= 0 || colon + 1 >= path.Length || !char.IsAsciiDigit(path[colon + 1]))
        {
            return -1;
        }

        var digits = Run(path[(colon + 1)..], static c => char.IsAsciiDigit(c));
        var file = path[..colon];
        if (file.IndexOf('.') < 0)
        {
            return -1;
        }

        // UBSAN and Rust print file:line:column.
        var line = path.Slice(colon + 1, digits);
        var before = file.LastIndexOf(':');
        if (before > 0 && before + 1 < file.Length && Run(file[(before + 1)..], static c => char.IsAsciiDigit(c)) == file.Length - before - 1)
        {
            line = file[(before + 1)..];
            file = file[..before];
        }

        if (captures is not null)
        {
            captures.SourceFile = file.ToString();
            captures.SourceLine = int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
            captures.Add("source", path[..(colon + 1 + digits)].ToString());
        }

        return colon + 1 + digits;
    }

    private static bool IsHex(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }
        }

        return true;
    }

    private static int Run(ReadOnlySpan<char> text, Func<char, bool> accepts)
    {
        var i = 0;
        while (i < text.Length && accepts(text[i]))
        {
            i++;
        }

        return i;
    }
}

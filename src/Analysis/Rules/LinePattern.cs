using System.Globalization;
using Mayday.Analysis.Parsing;

namespace Mayday.Analysis.Rules;

/// <summary>What a pattern takes out of a line.</summary>
internal enum CaptureKind { Function, Source, Number, Hex, Word, Label, Infoleak, Phrase, Shout, Text, Trap, Slabcache, Task }

/// <summary>What a matched line said, by capture name.</summary>
internal sealed class Captures
{
    private readonly List<(string Name, string Value)> _values = [];

    public string? Function { get; set; }

    public string? Module { get; set; }

    public string? SourceFile { get; set; }

    public int? SourceLine { get; set; }

    public IEnumerable<(string Name, string Value)> Values => _values;

    public void Add(string name, string value) => _values.Add((name, value));

    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in _values)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return null;
        }
    }

    public int? Number(string name) =>
        int.TryParse(this[name], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}

/// <summary>
/// One line pattern of the rules: literals and captures, matched from left to right without going back, so that no line can make it slow.
/// </summary>
internal sealed class LinePattern
{
    private readonly record struct Part(string? Literal, CaptureKind Kind, string Name);

    private readonly Part[] _parts;
    private readonly bool _hasOops;

    private LinePattern(Part[] parts, bool anchored, string text)
    {
        _parts = parts;
        IsAnchored = anchored;
        _hasOops = parts.Any(p => p.Name == "oops");
        Source = text;
        Needle = parts.Where(p => p.Literal is not null).Select(p => p.Literal!).MaxBy(NeedleWeight) ?? "";
    }

    public bool IsAnchored { get; }

    /// <summary>What a matching line begins with; null when it may begin with anything.</summary>
    public string? Beginning => IsAnchored ? _parts[0].Literal : null;

    public string Source { get; }

    /// <summary>A literal that every matching line contains: what the fast search looks for.</summary>
    public string Needle { get; }

    private static int NeedleWeight(string literal) => Math.Min(literal.Trim().Length, 24);

    public static LinePattern Parse(string text, bool anchored)
    {
        var parts = new List<Part>();
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf('{', at);
            if (open < 0)
            {
                parts.Add(new Part(text[at..], default, ""));
                break;
            }

            if (open > at)
            {
                parts.Add(new Part(text[at..open], default, ""));
            }

            var close = text.IndexOf('}', open);
            if (close < 0)
            {
                throw new FormatException($"pattern without closing brace: {text}");
            }

            var inside = text[(open + 1)..close];
            var colon = inside.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? inside : inside[..colon];
            var kind = colon < 0 ? name : inside[(colon + 1)..];
            kind = kind is "cpu" or "pid" or "oops" ? "number" : kind;
            if (!Enum.TryParse<CaptureKind>(kind, ignoreCase: true, out var capture))
            {
                throw new FormatException($"unknown capture {{{inside}}} in pattern: {text}");
            }

            parts.Add(new Part(null, capture, name));
            at = close + 1;
        }

        if (parts.Count == 0 || parts.All(p => p.Literal is null))
        {
            throw new FormatException($"pattern without literal text: {text}");
        }

        return new LinePattern([.. parts], anchored, text);
    }

    /// <summary>Matches at the start of <paramref name="text"/>, or anywhere behind a word boundary when the pattern is not anchored.</summary>
    public bool TryMatch(ReadOnlySpan<char> text, Captures? captures)
    {
        if (IsAnchored || _parts[0].Literal is not { } first)
        {
            return MatchHere(text, captures);
        }

        var from = 0;
        // Two tries: a line holds the same message twice only by accident.
        for (var tries = 0; tries < 2; tries++)
        {
            var at = text[from..].IndexOf(first, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            from += at;
            // "... user memory accessgeneral protection fault: 0000 [#1]": the message before came without its line end.
            if ((from == 0 || IsBoundary(text[from - 1]) || _hasOops) && MatchHere(text[from..], captures))
            {
                return true;
            }

            from++;
        }

        return false;
    }

    private static bool IsBoundary(char c) => c is ' ' or '\t' or ']' or '}' or ':' or '>' or ')' or '[' or '|' or ';' || c < ' ';

    private bool MatchHere(ReadOnlySpan<char> text, Captures? captures)
    {
        var at = 0;
        for (var i = 0; i < _parts.Length; i++)
        {
            ref readonly var part = ref _parts[i];
            var rest = text[at..];
            if (part.Literal is { } literal)
            {
                if (!rest.StartsWith(literal, StringComparison.Ordinal))
                {
                    return false;
                }

                at += literal.Length;
                continue;
            }

            var next = i + 1 < _parts.Length ? _parts[i + 1].Literal : null;
            var used = Take(part, rest, next, captures);
            if (used < 0)
            {
                return false;
            }

            at += used;
        }

        return true;
    }

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
                    end += words;   // "use after free" of the first KASAN versions
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
                // "overflow", "bounds", "alignment check": lower-case words only, as the trap table of x86 has them.
                end = Run(text, static c => char.IsAsciiLetterLower(c) || c is ' ' or '-' or '_');
                if (end is < 4 or > 40)
                {
                    return -1;
                }

                break;
            case CaptureKind.Slabcache:
                // "kmalloc-256 (Tainted: G OE )": the cache's name and the taint in parentheses.
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
            return -1;   // an address that the kernel could not name
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

    /// <summary>"kworker/0:1:764", "nginx/125", "openvpn/130/0x00000002": the name itself may hold colons and slashes.</summary>
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

namespace Mayday.Analysis.Rules;

/// <summary>
/// One line pattern of the rules: literals and captures. It matches from left to right without backtracking, so no line can make it slow.
/// </summary>
internal sealed partial class LinePattern
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

    /// <summary>The literal that every matching line begins with; null if it may begin with anything.</summary>
    public string? Beginning => IsAnchored ? _parts[0].Literal : null;

    public string Source { get; }

    /// <summary>A literal that every matching line contains. The fast search looks for it.</summary>
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

    /// <summary>
    /// Matches at the start of <paramref name="text"/>. A pattern that is not anchored also matches after any word boundary.
    /// </summary>
    public bool TryMatch(ReadOnlySpan<char> text, Captures? captures)
    {
        if (IsAnchored || _parts[0].Literal is not { } first)
        {
            return MatchHere(text, captures);
        }

        var from = 0;
        // Two attempts are enough: a message rarely occurs twice in a line.
        for (var tries = 0; tries < 2; tries++)
        {
            var at = text[from..].IndexOf(first, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            from += at;
            // "... user memory accessgeneral protection fault: 0000 [#1]": the message before had no line end.
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
}

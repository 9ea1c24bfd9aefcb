namespace Mayday.Analysis.Rules;

/// <summary>All rules, read once from the embedded files of this assembly.</summary>
internal sealed class RuleBook
{
    private static readonly FrameGroup s_none = new("none");

    private readonly Dictionary<string, FrameGroup> _frames;
    private readonly LiteralSieve _needles;
    private readonly (string Needle, FormatRule Rule, LinePattern Pattern)[] _starts;

    private RuleBook(List<FormatRule> formats, Dictionary<string, FrameGroup> frames, int version)
    {
        Formats = formats;
        Version = version;
        _frames = frames;
        _starts = [.. formats.Where(f => !f.IsRefinement).SelectMany(f => f.Starts.Select(p => (p.Needle, f, p)))];
        // Patterns of the role "ignore" need no search: they only reject lines that another pattern found.
        var needles = _starts.Where(s => s.Rule.Role != FormatRole.Ignore).Select(s => Needle(s.Needle)).Distinct(StringComparer.Ordinal).ToList();

        // A needle that contains another needle is redundant: the shorter one finds the same lines.
        needles.RemoveAll(longer => needles.Exists(shorter => shorter != longer && longer.Contains(shorter, StringComparison.Ordinal)));
        _needles = new LiteralSieve(needles);
    }

    public static RuleBook Default { get; } = Load();

    public IReadOnlyList<FormatRule> Formats { get; }

    public int Version { get; }

    public FrameGroup Frames(string group) => _frames.GetValueOrDefault(group, s_none);

    public bool HasFrames(string group) => _frames.ContainsKey(group);

    /// <summary>True if the text may match a start pattern. Searches for all patterns at once.</summary>
    public bool MayStart(ReadOnlySpan<byte> text) => _needles.IsIn(text);

    /// <summary>
    /// True if the analyser treats a line with this text as the start or end of a report. The first line of a boot does not count:
    /// receivers detect boots themselves.
    /// </summary>
    public bool Starts(ReadOnlySpan<char> text)
    {
        foreach (var (needle, rule, pattern) in _starts)
        {
            if ((pattern.Beginning is { } beginning ? text.StartsWith(beginning, StringComparison.Ordinal) : text.IndexOf(needle, StringComparison.Ordinal) >= 0)
                && pattern.TryMatch(text, null))
            {
                return rule.Role is not (FormatRole.Ignore or FormatRole.Reboot);
            }
        }

        return false;
    }

    public FormatRule? Match(ReadOnlySpan<char> text, out Captures? captures)
    {
        foreach (var (needle, rule, pattern) in _starts)
        {
            if ((pattern.Beginning is { } beginning ? text.StartsWith(beginning, StringComparison.Ordinal) : text.IndexOf(needle, StringComparison.Ordinal) >= 0)
                && pattern.TryMatch(text, null))
            {
                captures = new Captures();
                pattern.TryMatch(text, captures);
                return rule;
            }
        }

        captures = null;
        return null;
    }

    // Patterns with the same beginning share one needle.
    private static string Needle(string literal) => literal.Length > 14 ? literal[..14] : literal;

    private static RuleBook Load()
    {
        using var formats = Open("formats.rules");
        using var frames = Open("frames.rules");
        var rules = RuleReader.ReadFormats(formats, out var version);
        return new RuleBook(rules, RuleReader.ReadFrames(frames), version);
    }

    private static StreamReader Open(string name)
    {
        var assembly = typeof(RuleBook).Assembly;
        return new StreamReader(assembly.GetManifestResourceStream($"Mayday.Analysis.Rules.{name}")
            ?? throw new InvalidOperationException($"rule file {name} is not part of the assembly"));
    }
}

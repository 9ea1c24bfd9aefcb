namespace Mayday.Analysis.Rules;

/// <summary>All rules, read once from the resources of this assembly.</summary>
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
        // Lines that only rule something out need no search of their own.
        var needles = _starts.Where(s => s.Rule.Role != FormatRole.Ignore).Select(s => Needle(s.Needle)).Distinct(StringComparer.Ordinal).ToList();

        // A needle inside another finds its lines too.
        needles.RemoveAll(longer => needles.Exists(shorter => shorter != longer && longer.Contains(shorter, StringComparison.Ordinal)));
        _needles = new LiteralSieve(needles);
    }

    public static RuleBook Default { get; } = Load();

    public IReadOnlyList<FormatRule> Formats { get; }

    public int Version { get; }

    public FrameGroup Frames(string group) => _frames.GetValueOrDefault(group, s_none);

    public bool HasFrames(string group) => _frames.ContainsKey(group);

    /// <summary>True when the text may match a start pattern: one search for all of them.</summary>
    public bool MayStart(ReadOnlySpan<byte> text) => _needles.IsIn(text);

    /// <summary>
    /// True when a line with this text begins (or ends) a report as the analyser reads it. A boot's first line is no reason to watch: receivers
    /// know it by themselves.
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

    // Beginnings that patterns have in common are one needle.
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

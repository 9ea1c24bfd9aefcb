namespace Mayday.Analysis.Rules;

/// <summary>A named set of functions, given by exact names, prefixes, suffixes and substrings.</summary>
internal sealed class FrameGroup(string name)
{
    private readonly HashSet<string> _exact = new(StringComparer.Ordinal);
    // Grouped by the first two letters, so that a name is compared with a few prefixes instead of all.
    private readonly Dictionary<int, List<string>> _beginnings = [];
    private readonly List<string> _endings = [];
    private readonly List<string> _middles = [];

    public string Name { get; } = name;

    public void Add(string word)
    {
        var open = word.StartsWith('*');
        var close = word.EndsWith('*');
        var text = word.Trim('*');
        if (text.Length == 0 || text.Contains('*', StringComparison.Ordinal))
        {
            throw new FormatException($"frame name '{word}' in group {Name}: '*' only at the start or the end");
        }

        if (open && close)
        {
            _middles.Add(text);
        }
        else if (open)
        {
            _endings.Add(text);
        }
        else if (close)
        {
            if (text.Length < 2)
            {
                throw new FormatException($"frame name '{word}' in group {Name}: one letter and '*' would match nearly everything");
            }

            var key = Key(text);
            (_beginnings.TryGetValue(key, out var list) ? list : _beginnings[key] = []).Add(text);
        }
        else
        {
            _exact.Add(text);
        }
    }

    public bool Contains(string function)
    {
        if (_exact.Contains(function))
        {
            return true;
        }

        if (function.Length >= 2 && _beginnings.TryGetValue(Key(function), out var beginnings))
        {
            foreach (var beginning in beginnings)
            {
                if (function.StartsWith(beginning, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        foreach (var ending in _endings)
        {
            if (function.EndsWith(ending, StringComparison.Ordinal))
            {
                return true;
            }
        }

        foreach (var middle in _middles)
        {
            if (function.Contains(middle, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static int Key(string text) => (text[0] << 16) | text[1];
}

namespace Mayday.Analysis.Rules;

/// <summary>A named set of functions: exact names, beginnings, endings and middles.</summary>
internal sealed class FrameGroup(string name)
{
    private readonly HashSet<string> _exact = new(StringComparer.Ordinal);
    private readonly HashSet<string> _beginnings = new(StringComparer.Ordinal);
    private readonly List<string> _endings = [];
    private readonly List<string> _middles = [];
    private int _shortest = int.MaxValue;
    private int _longest;

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
            _beginnings.Add(text);
            _shortest = Math.Min(_shortest, text.Length);
            _longest = Math.Max(_longest, text.Length);
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

        var lookup = _beginnings.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var length = Math.Min(function.Length, _longest); length >= _shortest; length--)
        {
            if (lookup.Contains(function.AsSpan(0, length)))
            {
                return true;
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
}

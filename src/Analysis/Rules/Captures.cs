using System.Globalization;

namespace Mayday.Analysis.Rules;

/// <summary>What a capture of a line pattern matches.</summary>
internal enum CaptureKind { Function, Source, Number, Hex, Word, Label, Infoleak, Phrase, Shout, Text, Trap, Slabcache, Task }

/// <summary>The captured text of a matched line, by capture name.</summary>
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

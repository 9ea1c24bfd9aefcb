using System.Globalization;
using System.Text;

namespace Mayday.Query.Patterns;

/// <summary>The characters that match one position of a pattern: ranges of code points, optionally negated.</summary>
internal sealed class CharacterSet
{
    private readonly List<(int First, int Last)> _ranges = [];

    public bool IsNegated { get; set; }

    public bool IsSingle => !IsNegated && _ranges.Count == 1 && _ranges[0].First == _ranges[0].Last;

    public bool IsEmpty => _ranges.Count == 0;

    public int Single => _ranges[0].First;

    public static CharacterSet Of(int character, bool ignoreCase)
    {
        var set = new CharacterSet();
        set.Add(character, character, ignoreCase);
        return set;
    }

    public void Add(int first, int last, bool ignoreCase)
    {
        _ranges.Add((first, last));
        if (ignoreCase)
        {
            AddShifted(Math.Max(first, 'a'), Math.Min(last, 'z'), 'A' - 'a');
            AddShifted(Math.Max(first, 'A'), Math.Min(last, 'Z'), 'a' - 'A');
        }
    }

    private void AddShifted(int first, int last, int by)
    {
        if (first <= last)
        {
            _ranges.Add((first + by, last + by));
        }
    }

    /// <summary>Adds the class \d, \w, \s or a name of [:...:]. False for unknown names.</summary>
    public bool TryAdd(string name, bool ignoreCase)
    {
        ReadOnlySpan<(int, int)> ranges = name switch
        {
            "digit" => [('0', '9')],
            "word" => [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
            "space" => [('\t', '\r'), (' ', ' ')],
            "alpha" => [('A', 'Z'), ('a', 'z')],
            "alnum" => [('0', '9'), ('A', 'Z'), ('a', 'z')],
            "xdigit" => [('0', '9'), ('A', 'F'), ('a', 'f')],
            "upper" => [('A', 'Z')],
            "lower" => [('a', 'z')],
            "punct" => [('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
            "blank" => [('\t', '\t'), (' ', ' ')],
            _ => [],
        };
        foreach (var (first, last) in ranges)
        {
            Add(first, last, ignoreCase);
        }

        return ranges.Length > 0;
    }

    /// <summary>Adds the class \D, \W or \S: everything in the basic plane except the named class.</summary>
    public void AddAllBut(string name)
    {
        var but = new CharacterSet();
        but.TryAdd(name, ignoreCase: false);
        var next = 1;
        foreach (var (first, last) in but._ranges)
        {
            if (next < first)
            {
                _ranges.Add((next, first - 1));
            }

            next = last + 1;
        }

        // Surrogates are halves of characters.
        _ranges.Add((next, 0xd7ff));
        _ranges.Add((0xe000, 0x10ffff));
    }

    public void WritePostgres(StringBuilder to)
    {
        if (IsSingle)
        {
            AppendPostgres(to, Single);
            return;
        }

        to.Append(IsNegated ? "[^" : "[");
        foreach (var (first, last) in _ranges)
        {
            AppendPostgres(to, first);
            if (last != first)
            {
                AppendPostgres(to.Append('-'), last);
            }
        }

        to.Append(']');
    }

    // .NET regular expressions match UTF-16 units. A character beyond the basic plane has two units but is one character here.
    public void WriteDotnet(StringBuilder to)
    {
        if (IsSingle && Single <= 0xffff)
        {
            AppendUnit(to, Single);
            return;
        }

        var takesAstral = false;
        var units = new StringBuilder();
        foreach (var (first, last) in _ranges)
        {
            takesAstral |= last > 0xffff;
            if (first <= 0xffff)
            {
                AppendUnit(units, first);
                if (last != first)
                {
                    AppendUnit(units.Append('-'), Math.Min(last, 0xffff));
                }
            }
        }

        if (IsNegated)
        {
            to.Append("(?:[^").Append(units).Append(@"\ud800-\udfff]");
            to.Append(takesAstral ? ")" : @"|[\ud800-\udbff][\udc00-\udfff])");
        }
        else if (IsSingle)
        {
            var pair = char.ConvertFromUtf32(Single);
            to.Append("(?:");
            AppendUnit(to, pair[0]);
            AppendUnit(to, pair[1]);
            to.Append(')');
        }
        else if (takesAstral)
        {
            to.Append("(?:[").Append(units).Append(@"]|[\ud800-\udbff][\udc00-\udfff])");
        }
        else
        {
            to.Append('[').Append(units).Append(']');
        }
    }

    private static void AppendUnit(StringBuilder to, int unit)
    {
        if (unit < 0x80 && char.IsAsciiLetterOrDigit((char)unit))
        {
            to.Append((char)unit);
        }
        else
        {
            to.Append(CultureInfo.InvariantCulture, $@"\u{unit:x4}");
        }
    }

    private static void AppendPostgres(StringBuilder to, int character)
    {
        if (character > 0xffff)
        {
            to.Append(CultureInfo.InvariantCulture, $@"\U{character:x8}");
        }
        else
        {
            AppendUnit(to, character);
        }
    }
}

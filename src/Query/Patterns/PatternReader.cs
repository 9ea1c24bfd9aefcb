using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Mayday.Query.Patterns;

/// <summary>Parses a pattern once, from left to right, and writes it for .NET and for Postgres at the same time.</summary>
internal sealed partial class PatternReader
{
    /// <summary>Longer patterns are not written by people.</summary>
    public const int MaxLength = 512;

    // The cost of both engines grows with the number of character positions after repetitions are expanded. .NET rejects more than 10,000
    // states.
    private const int MaxSize = 1000;
    private const int MaxRepeat = 255; // Postgres' DUPMAX
    private const int MaxDepth = 32;

    private readonly string _text;
    private readonly bool _ignoresCase;
    private int _at;
    private int _depth;
    private string? _mistake;
    private int _mistakeAt;

    private PatternReader(string text)
    {
        _text = text;
        if (text.StartsWith("(?i)", StringComparison.Ordinal))
        {
            _ignoresCase = true;
            _at = 4;
        }
    }

    /// <param name="offset">Offset of the mistake in the text, from 0.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out FilterPattern? pattern, out int offset, [NotNullWhen(false)] out string? mistake)
    {
        pattern = null;
        var reader = new PatternReader(text);
        if (text.Length > MaxLength)
        {
            offset = MaxLength;
            mistake = $"The pattern is longer than {MaxLength} characters.";
            return false;
        }

        var whole = reader.ReadAlternatives();
        if (reader._mistake is null && reader._at < text.Length)
        {
            reader.Fail(reader._at, "A ) without its (: write \\) for the character itself.");
        }

        offset = reader._mistakeAt;
        mistake = reader._mistake;
        if (mistake is not null)
        {
            return false;
        }

        pattern = new FilterPattern(text, whole.Dotnet, whole.Postgres);
        return true;
    }

    /// <summary>A part of a pattern in both dialects, and its number of character positions.</summary>
    private readonly record struct Part(string Dotnet, string Postgres, int Size, bool IsAnchor = false)
    {
        public static Part Nothing { get; } = new("", "", 0);
    }

    private Part Fail(int at, string mistake)
    {
        if (_mistake is null)
        {
            _mistake = mistake;
            _mistakeAt = at;
        }

        return Part.Nothing;
    }

    private Part ReadAlternatives()
    {
        var first = ReadSequence();
        if (_mistake is not null || !At('|'))
        {
            return first;
        }

        var dotnet = new StringBuilder("(?:").Append(first.Dotnet);
        var postgres = new StringBuilder("(?:").Append(first.Postgres);
        var size = first.Size;
        while (_mistake is null && At('|'))
        {
            _at++;
            var next = ReadSequence();
            dotnet.Append('|').Append(next.Dotnet);
            postgres.Append('|').Append(next.Postgres);
            size += next.Size;
        }

        return new Part(dotnet.Append(')').ToString(), postgres.Append(')').ToString(), Bounded(size));
    }

    private Part ReadSequence()
    {
        var dotnet = new StringBuilder();
        var postgres = new StringBuilder();
        var size = 0;
        while (_mistake is null && _at < _text.Length && _text[_at] is not ('|' or ')'))
        {
            var part = ReadRepeated();
            dotnet.Append(part.Dotnet);
            postgres.Append(part.Postgres);
            size += part.Size;
        }

        return new Part(dotnet.ToString(), postgres.ToString(), Bounded(size));
    }

    private int Bounded(int size)
    {
        if (size > MaxSize)
        {
            Fail(0, $"The pattern is too large: with its repetitions written out it may come to {MaxSize} characters.");
        }

        return Math.Min(size, MaxSize);
    }

    private Part ReadRepeated()
    {
        var start = _at;
        var atom = ReadAtom();
        if (_mistake is not null || !TryReadQuantifier(out var quantifier, out var times))
        {
            return atom;
        }

        if (atom.IsAnchor || atom.Size == 0)
        {
            return Fail(start, "Nothing that could be repeated stands before the repetition.");
        }

        if (At('?'))
        {
            _at++; // lazy or greedy makes no difference to whether a text matches
        }

        if (_at < _text.Length && _text[_at] is '*' or '+' or '?' || AtBounds())
        {
            return Fail(_at, "A repetition of a repetition: put the first one into ( ).");
        }

        return new Part($"(?:{atom.Dotnet}){quantifier}", $"(?:{atom.Postgres}){quantifier}", Bounded(atom.Size * times));
    }

    private bool AtBounds() => At('{') && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1]);

    private bool TryReadQuantifier(out string quantifier, out int times)
    {
        quantifier = "";
        times = 1;
        if (_at >= _text.Length)
        {
            return false;
        }

        if (_text[_at] is '*' or '+' or '?')
        {
            quantifier = _text[_at++].ToString();
            return true;
        }

        if (!AtBounds())
        {
            return false;
        }

        var start = _at++;
        var least = ReadNumber();
        var most = least;
        var isOpen = false;
        if (At(','))
        {
            _at++;
            isOpen = At('}');
            most = isOpen ? least + 1 : ReadNumber();
        }

        if (!At('}') || least < 0 || most < (isOpen ? 0 : least) || most > MaxRepeat || most == 0)
        {
            Fail(start, $"A repetition is written {{n}}, {{n,}} or {{n,m}}, with m from 1 to {MaxRepeat} and not below n.");
            return false;
        }

        _at++;
        times = most;
        quantifier = isOpen
            ? string.Create(CultureInfo.InvariantCulture, $"{{{least},}}")
            : string.Create(CultureInfo.InvariantCulture, $"{{{least},{most}}}");
        return true;
    }

    private int ReadNumber()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]) && _at - start < 4)
        {
            _at++;
        }

        return int.TryParse(_text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
    }

    private Part ReadAtom()
    {
        var start = _at;
        switch (_text[_at++])
        {
            case '(':
                return ReadGroup(start);
            case '[':
                return ReadSet(start);
            case '.':
                return new Part(@"(?:[^\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])", ".", 1);
            case '^':
                return new Part(@"\A", "^", 0, IsAnchor: true);
            case '$':
                return new Part(@"\z", "$", 0, IsAnchor: true);
            case '*' or '+' or '?':
                return Fail(start, "Nothing stands before the repetition that could be repeated: write a backslash before it for the character itself.");
            case '\\':
                return ReadEscape(start);
            default:
                _at = start;
                return Written(CharacterSet.Of(ReadCharacter(), _ignoresCase));
        }
    }

    private Part ReadGroup(int start)
    {
        if (At('?'))
        {
            if (string.CompareOrdinal(_text, _at, "?:", 0, 2) != 0)
            {
                return Fail(start, "Look-around and named groups are not known here; (?i) may stand at the very beginning only.");
            }

            _at += 2;
        }

        if (++_depth > MaxDepth)
        {
            return Fail(start, $"More than {MaxDepth} groups in one another.");
        }

        var inner = ReadAlternatives();
        _depth--;
        if (_mistake is null && !At(')'))
        {
            return Fail(start, "The ( that begins here is not closed: write \\( for the character itself.");
        }

        _at++;
        return inner with { Dotnet = $"(?:{inner.Dotnet})", Postgres = $"(?:{inner.Postgres})", IsAnchor = false };
    }

    private bool At(char character) => _at < _text.Length && _text[_at] == character;
}

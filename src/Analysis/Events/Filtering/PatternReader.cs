using System.Globalization;
using System.Text;

namespace Mayday.Analysis.Events.Filtering;

/// <summary>Reads a pattern once, from left to right, and writes it for .NET and for Postgres side by side.</summary>
internal sealed class PatternReader
{
    /// <summary>Longer ones are no longer written by people.</summary>
    public const int MaxLength = 512;

    // Both engines grow with the number of character places once repetitions are written out: .NET refuses above 10,000 states.
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

    /// <param name="offset">Of the mistake in the text, from 0.</param>
    public static bool TryRead(string text, out FilterPattern? pattern, out int offset, out string? mistake)
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

    /// <summary>A part in both dialects, with the number of character places it comes to.</summary>
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
            _at++; // lazy or greedy: whether a text matches is the same
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

    private Part ReadSet(int start)
    {
        var set = new CharacterSet();
        if (At('^'))
        {
            set.IsNegated = true;
            _at++;
        }

        var isFirst = true;
        while (_at < _text.Length && (isFirst || _text[_at] != ']'))
        {
            isFirst = false;
            if (string.CompareOrdinal(_text, _at, "[:", 0, 2) == 0 && _text.IndexOf(":]", _at, StringComparison.Ordinal) is var end and > 0)
            {
                if (!set.TryAdd(_text[(_at + 2)..end], _ignoresCase))
                {
                    return Fail(_at, "The named sets are [:alpha:] [:digit:] [:alnum:] [:xdigit:] [:upper:] [:lower:] [:space:] [:blank:] [:punct:].");
                }

                _at = end + 2;
                continue;
            }

            var itemAt = _at;
            if (!ReadMember(set, out var first))
            {
                if (_mistake is not null)
                {
                    return Part.Nothing;
                }

                continue;
            }

            var last = first;
            if (At('-') && _at + 1 < _text.Length && _text[_at + 1] != ']')
            {
                _at++;
                if (!ReadMember(set, out last) || last < first)
                {
                    return Fail(itemAt, "A range in [ ] goes from one character to a later one.");
                }
            }

            if (last > 0xffff)
            {
                return Fail(itemAt, "Characters beyond U+FFFF cannot stand in [ ]: write (a|b) instead.");
            }

            set.Add(first, last, _ignoresCase);
        }

        if (_at >= _text.Length)
        {
            return Fail(start, "The [ that begins here is not closed: write \\[ for the character itself.");
        }

        _at++;
        return Written(set);
    }

    /// <returns>False when it was a whole class (added to the set), or a mistake.</returns>
    private bool ReadMember(CharacterSet set, out int character)
    {
        character = 0;
        if (_text[_at] != '\\')
        {
            character = ReadCharacter();
            return _mistake is null;
        }

        var start = _at++;
        if (_at < _text.Length && ClassOf(_text[_at]) is { } name)
        {
            if (char.IsAsciiLetterUpper(_text[_at++]))
            {
                set.AddAllBut(name);
            }
            else
            {
                set.TryAdd(name, _ignoresCase);
            }

            return false;
        }

        return TryReadEscaped(start, out character);
    }

    private Part ReadEscape(int start)
    {
        if (_at < _text.Length && ClassOf(_text[_at]) is { } name)
        {
            var set = new CharacterSet { IsNegated = char.IsAsciiLetterUpper(_text[_at++]) };
            set.TryAdd(name, _ignoresCase);
            return Written(set);
        }

        return TryReadEscaped(start, out var character) ? Written(CharacterSet.Of(character, _ignoresCase)) : Part.Nothing;
    }

    private static string? ClassOf(char letter) => letter switch
    {
        'd' or 'D' => "digit",
        'w' or 'W' => "word",
        's' or 'S' => "space",
        _ => null,
    };

    private bool TryReadEscaped(int start, out int character)
    {
        character = 0;
        if (_at >= _text.Length)
        {
            Fail(start, "A backslash at the end: write two for the character itself.");
            return false;
        }

        var letter = _text[_at++];
        switch (letter)
        {
            case 'n': character = '\n'; return true;
            case 'r': character = '\r'; return true;
            case 't': character = '\t'; return true;
            case 'f': character = '\f'; return true;
            case 'v': character = '\v'; return true;
            case 'x' or 'u':
                var length = letter == 'x' ? 2 : 4;
                if (_at + length <= _text.Length
                    && int.TryParse(_text.AsSpan(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out character)
                    && character is > 0 and (< 0xd800 or > 0xdfff))
                {
                    _at += length;
                    return true;
                }

                Fail(start, "A character by number is written \\xHH or \\uHHHH, and is neither U+0000 nor half a surrogate pair.");
                return false;
        }

        if (char.IsAsciiLetterOrDigit(letter))
        {
            Fail(start, $"\\{letter} is not known here; known are \\d \\w \\s \\D \\W \\S \\n \\r \\t \\f \\v \\xHH \\uHHHH.");
            return false;
        }

        _at--;
        character = ReadCharacter();
        return _mistake is null;
    }

    private int ReadCharacter()
    {
        var status = Rune.DecodeFromUtf16(_text.AsSpan(_at), out var rune, out var used);
        if (status != System.Buffers.OperationStatus.Done || rune.Value == 0)
        {
            Fail(_at, "No text of an event holds this character.");
        }

        _at += used;
        return rune.Value;
    }

    private Part Written(CharacterSet set)
    {
        var dotnet = new StringBuilder();
        var postgres = new StringBuilder();
        set.WriteDotnet(dotnet);
        set.WritePostgres(postgres);
        return new Part(dotnet.ToString(), postgres.ToString(), 1);
    }

    private bool At(char character) => _at < _text.Length && _text[_at] == character;
}

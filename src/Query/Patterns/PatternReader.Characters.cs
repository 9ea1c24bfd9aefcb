using System.Globalization;
using System.Text;

namespace Mayday.Query.Patterns;

/// <content>Reads everything that matches one character: sets, classes, escapes.</content>
internal sealed partial class PatternReader
{
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

    /// <returns>False if it was a whole class (already added to the set) or a mistake.</returns>
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
}

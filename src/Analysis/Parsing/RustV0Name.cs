using System.Text;

namespace Mayday.Analysis.Parsing;

/// <summary>Reads a name of the v0 scheme (RFC 2603), after its <c>_R</c> prefix, into readable text.</summary>
internal ref partial struct RustV0Name(ReadOnlySpan<char> text, StringBuilder output)
{
    // Real names are not nested this deeply. The limit protects the stack against crafted input.
    private const int MaxDepth = 24;

    // Limits steps, not bytes: each back reference costs at least one step.
    private const int MaxSteps = 1024;

    private readonly ReadOnlySpan<char> _text = text;
    private int _at;
    private int _steps;

    private readonly char Peek => _at < _text.Length ? _text[_at] : '\0';

    public bool Path(bool inType, int depth)
    {
        if (depth > MaxDepth || ++_steps > MaxSteps || output.Length > RustNames.MaxOutput || _at >= _text.Length)
        {
            return false;
        }

        switch (_text[_at++])
        {
            case 'C':
                Disambiguator();
                return Identifier();
            case 'N':
                _at++;   // the namespace of the name: type, value or closure
                var isClosure = _at <= _text.Length && _text[_at - 1] == 'C';
                if (!Path(inType, depth + 1))
                {
                    return false;
                }

                Disambiguator();
                output.Append("::");
                var before = output.Length;
                if (!Identifier())
                {
                    return false;
                }

                if (output.Length == before)
                {
                    output.Append(isClosure ? "{closure}" : "{}");
                }

                return true;
            case 'M':
                Disambiguator();
                return SilentPath(depth + 1) && Wrapped(depth, trait: false);
            case 'X':
                Disambiguator();
                return SilentPath(depth + 1) && Wrapped(depth, trait: true);
            case 'Y':
                return Wrapped(depth, trait: true);
            case 'I':
                return Path(inType, depth + 1) && Arguments(depth + 1);
            case 'B':
                return BackReference(depth, type: false, inType);
            default:
                return false;
        }
    }

    /// <summary>Reads "&lt;type as trait&gt;" or "&lt;type&gt;".</summary>
    private bool Wrapped(int depth, bool trait)
    {
        output.Append('<');
        if (!Type(depth + 1))
        {
            return false;
        }

        if (trait)
        {
            output.Append(" as ");
            if (!Path(inType: true, depth + 1))
            {
                return false;
            }
        }

        output.Append('>');
        return true;
    }

    /// <summary>Reads the path of an impl block without printing it. The type is printed instead.</summary>
    private bool SilentPath(int depth)
    {
        var length = output.Length;
        var read = Path(inType: true, depth);
        output.Length = Math.Min(length, output.Length);
        return read;
    }

    /// <summary>Reads generic arguments up to their closing 'E'. They are not printed.</summary>
    private bool Arguments(int depth)
    {
        var length = output.Length;
        while (Peek is not 'E' and not '\0')
        {
            if (++_steps > MaxSteps)
            {
                return false;
            }

            if (Peek == 'L')
            {
                _at++;
                Base62();
            }
            else if (Peek == 'K')
            {
                _at++;
                if (!Constant(depth))
                {
                    return false;
                }
            }
            else if (!Type(depth))
            {
                return false;
            }

            output.Length = length;
        }

        return Take('E');
    }

    private delegate bool Step(ref RustV0Name reader, int depth);

    private bool Silently(Step step, int depth)
    {
        var length = output.Length;
        var read = step(ref this, depth);
        output.Length = Math.Min(length, output.Length);
        return read;
    }

    private bool BackReference(int depth, bool type, bool inType)
    {
        var from = _at - 1;
        var target = Base62();
        if (target < 0 || target >= from)
        {
            return false;   // a back reference may only point to earlier text
        }

        var back = _at;
        _at = (int)target;
        var read = type ? Type(depth + 1) : Path(inType, depth + 1);
        _at = back;
        return read;
    }

    private void Binder()
    {
        if (Peek == 'G')
        {
            _at++;
            Base62();
        }
    }

    private void Disambiguator()
    {
        if (Peek == 's')
        {
            _at++;
            Base62();
        }
    }

    /// <summary>Reads a base-62 number: "_" is 0, "0_" is 1, and so on. Returns -1 if there is none.</summary>
    private long Base62()
    {
        long value = 0;
        var any = false;
        while (_at < _text.Length && _text[_at] != '_')
        {
            var c = _text[_at++];
            var digit = c is >= '0' and <= '9' ? c - '0' : c is >= 'a' and <= 'z' ? c - 'a' + 10 : c is >= 'A' and <= 'Z' ? c - 'A' + 36 : -1;
            if (digit < 0)
            {
                return -1;
            }

            value = unchecked(value * 62 + digit);   // crate hashes overflow, but nobody uses their value
            any = true;
        }

        _at++;
        return any ? unchecked(value + 1) : 0;
    }

    private bool Identifier()
    {
        var punycode = Peek == 'u';
        if (punycode)
        {
            _at++;
        }

        var rest = _text[Math.Min(_at, _text.Length)..];
        if (!RustNames.TakeLength(ref rest, out var length))
        {
            return false;
        }

        // A "_" separates the length from a name that begins with a digit or "_".
        if (rest.Length > 0 && rest[0] == '_')
        {
            rest = rest[1..];
        }

        if (length > rest.Length)
        {
            return false;
        }

        output.Append(rest[..length]);
        _at = _text.Length - rest.Length + length;
        return true;
    }

    private bool Take(char c)
    {
        if (Peek != c)
        {
            return false;
        }

        _at++;
        return true;
    }

    private static string? Basic(char c) => c switch
    {
        'a' => "i8",
        'b' => "bool",
        'c' => "char",
        'd' => "f64",
        'e' => "str",
        'f' => "f32",
        'h' => "u8",
        'i' => "isize",
        'j' => "usize",
        'l' => "i32",
        'm' => "u32",
        'n' => "i128",
        'o' => "u128",
        's' => "i16",
        't' => "u16",
        'u' => "()",
        'v' => "...",
        'x' => "i64",
        'y' => "u64",
        'z' => "!",
        'p' => "_",
        _ => null,
    };
}

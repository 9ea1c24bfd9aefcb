using System.Buffers;
using System.Text;

namespace Mayday.Analysis.Parsing;

/// <summary>
/// Makes mangled Rust names readable: <c>_RNvMCs1_12rust_minimalNtB2_11RustMinimal4init</c> is <c>&lt;rust_minimal::RustMinimal&gt;::init</c>.
/// The v0 scheme is RFC 2603; crate hashes, lifetimes and generic arguments are left out, since they name nothing. The older scheme
/// (<c>_ZN4core9panicking5panic17h…E</c>) loses its hash. A name that does not parse stays as printed.
/// </summary>
internal static class RustNames
{
    // Back references make text out of nothing; a readable name is shorter, and nesting deeper than this is an attack.
    private const int MaxOutput = 256;
    private const int MaxDepth = 24;

    // Steps, not bytes: each back reference costs at least one.
    private const int MaxSteps = 1024;

    public static bool IsMangled(ReadOnlySpan<char> name) =>
        name.Length > 4 && name[0] == '_' && (name[1] == 'R' && (char.IsAsciiLetterUpper(name[2])) || name[1] == 'Z' && name[2] == 'N' && char.IsAsciiDigit(name[3]));

    public static bool TryDemangle(ReadOnlySpan<char> name, out string readable)
    {
        readable = "";
        if (!IsMangled(name))
        {
            return false;
        }

        var output = new StringBuilder(name.Length);
        if (name[1] == 'Z')
        {
            if (!Legacy(name[3..], output))
            {
                return false;
            }
        }
        else
        {
            var reader = new Reader(name[2..], output);
            if (!reader.Path(inType: false, 0))
            {
                return false;
            }
        }

        readable = output.ToString();
        return readable.Length is > 0 and <= MaxOutput;
    }

    /// <summary>"4core9panicking5panic17h0123456789abcdefE": lengths and words, the last word a hash.</summary>
    private static bool Legacy(ReadOnlySpan<char> text, StringBuilder output)
    {
        var hashed = false;
        while (text.Length > 0 && text[0] != 'E')
        {
            if (hashed || !TakeLength(ref text, out var length) || length > text.Length || output.Length > MaxOutput)
            {
                return false;
            }

            var word = text[..length];
            text = text[length..];
            hashed = length == 17 && word[0] == 'h' && !word[1..].ContainsAnyExcept(s_hexDigits);
            if (!hashed)
            {
                output.Append(output.Length > 0 ? "::" : "").Append(word);
            }
        }

        return hashed && output.Length > 0;   // without a hash it is C++, and no kernel has that
    }

    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdef");

    private static bool TakeLength(ref ReadOnlySpan<char> text, out int length)
    {
        length = 0;
        var digits = 0;
        while (digits < text.Length && digits < 4 && char.IsAsciiDigit(text[digits]))
        {
            length = length * 10 + text[digits++] - '0';
        }

        text = text[digits..];
        return digits > 0;
    }

    private ref struct Reader(ReadOnlySpan<char> text, StringBuilder output)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private int _at;
        private int _steps;

        private readonly char Peek => _at < _text.Length ? _text[_at] : '\0';

        public bool Path(bool inType, int depth)
        {
            if (depth > MaxDepth || ++_steps > MaxSteps || output.Length > MaxOutput || _at >= _text.Length)
            {
                return false;
            }

            switch (_text[_at++])
            {
                case 'C':
                    Disambiguator();
                    return Identifier();
                case 'N':
                    _at++;   // what the name is in its namespace: type, value, closure
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

        /// <summary>"&lt;type as trait&gt;" or "&lt;type&gt;".</summary>
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

        /// <summary>Where an impl block stands: read, but not said, since the type says more.</summary>
        private bool SilentPath(int depth)
        {
            var length = output.Length;
            var read = Path(inType: true, depth);
            output.Length = Math.Min(length, output.Length);
            return read;
        }

        /// <summary>Generic arguments end with 'E'; they are read to find the end and not said.</summary>
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

        private bool Type(int depth)
        {
            if (depth > MaxDepth || ++_steps > MaxSteps || output.Length > MaxOutput || _at >= _text.Length)
            {
                return false;
            }

            if (Basic(Peek) is { } basic)
            {
                _at++;
                output.Append(basic);
                return true;
            }

            switch (Peek)
            {
                case 'A':
                    _at++;
                    output.Append('[');
                    if (!Type(depth + 1))
                    {
                        return false;
                    }

                    output.Append("; _]");
                    return Constant(depth + 1);
                case 'S':
                    _at++;
                    output.Append('[');
                    if (!Type(depth + 1))
                    {
                        return false;
                    }

                    output.Append(']');
                    return true;
                case 'T':
                    _at++;
                    output.Append('(');
                    for (var first = true; Peek is not 'E' and not '\0'; first = false)
                    {
                        output.Append(first ? "" : ", ");
                        if (!Type(depth + 1))
                        {
                            return false;
                        }
                    }

                    output.Append(')');
                    return Take('E');
                case 'R' or 'Q':
                    output.Append(_text[_at++] == 'R' ? "&" : "&mut ");
                    if (Peek == 'L')
                    {
                        _at++;
                        Base62();
                    }

                    return Type(depth + 1);
                case 'P' or 'O':
                    output.Append(_text[_at++] == 'P' ? "*const " : "*mut ");
                    return Type(depth + 1);
                case 'F':
                    _at++;
                    return Function(depth);
                case 'D':
                    _at++;
                    output.Append("dyn ");
                    return Dynamic(depth);
                case 'B':
                    _at++;
                    return BackReference(depth, type: true, inType: true);
                default:
                    return Path(inType: true, depth + 1);
            }
        }

        private bool Function(int depth)
        {
            Binder();
            if (Peek == 'U')
            {
                _at++;
            }

            if (Peek == 'K')
            {
                _at++;
                if (Peek == 'C')
                {
                    _at++;
                }
                else if (!Silently(static (ref Reader r, int d) => r.Identifier(), depth))
                {
                    return false;
                }
            }

            output.Append("fn");
            while (Peek is not 'E' and not '\0')
            {
                if (!Silently(static (ref Reader r, int d) => r.Type(d), depth + 1))
                {
                    return false;
                }
            }

            return Take('E') && Silently(static (ref Reader r, int d) => r.Type(d), depth + 1);
        }

        private bool Dynamic(int depth)
        {
            Binder();
            for (var first = true; Peek is not 'E' and not '\0'; first = false)
            {
                output.Append(first ? "" : " + ");
                if (!Path(inType: true, depth + 1))
                {
                    return false;
                }

                while (Peek == 'p')
                {
                    _at++;
                    if (!Silently(static (ref Reader r, int d) => r.Identifier() && r.Type(d), depth + 1))
                    {
                        return false;
                    }
                }
            }

            if (!Take('E'))
            {
                return false;
            }

            if (Peek == 'L')
            {
                _at++;
                Base62();
            }

            return true;
        }

        private delegate bool Step(ref Reader reader, int depth);

        private bool Silently(Step step, int depth)
        {
            var length = output.Length;
            var read = step(ref this, depth);
            output.Length = Math.Min(length, output.Length);
            return read;
        }

        private bool Constant(int depth)
        {
            if (Peek == 'B')
            {
                _at++;
                Base62();
                return true;
            }

            if (Peek == 'p')
            {
                _at++;
                return true;
            }

            if (!Silently(static (ref Reader r, int d) => r.Type(d), depth + 1))
            {
                return false;
            }

            while (Peek is >= '0' and <= '9' or >= 'a' and <= 'f' or 'n')
            {
                _at++;
            }

            return Take('_');
        }

        private bool BackReference(int depth, bool type, bool inType)
        {
            var from = _at - 1;
            var target = Base62();
            if (target < 0 || target >= from)
            {
                return false;   // only what stands before can be meant
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

        /// <summary>"_" is 0, "0_" is 1, and so on in digits of base 62; -1 when it is none.</summary>
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

                value = unchecked(value * 62 + digit);   // crate hashes overflow; nobody reads them
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
            if (!TakeLength(ref rest, out var length))
            {
                return false;
            }

            // A name that begins with a digit or "_" has a "_" before it.
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
            'a' => "i8", 'b' => "bool", 'c' => "char", 'd' => "f64", 'e' => "str", 'f' => "f32", 'h' => "u8", 'i' => "isize", 'j' => "usize",
            'l' => "i32", 'm' => "u32", 'n' => "i128", 'o' => "u128", 's' => "i16", 't' => "u16", 'u' => "()", 'v' => "...", 'x' => "i64",
            'y' => "u64", 'z' => "!", 'p' => "_", _ => null,
        };
    }
}

namespace Mayday.Analysis.Parsing;

/// <summary>The parts of a function as the kernel prints it: <c>name+0x12/0x34 [module]</c>.</summary>
internal ref struct Symbol
{
    public ReadOnlySpan<char> Name;
    public int Offset;
    public int Size;
    public ReadOnlySpan<char> Module;

    /// <summary>Number of characters read, from the start of the name to the end of the size or module.</summary>
    public int Length;

    public readonly bool HasOffset => Size >= 0;

    /// <summary>Reads a symbol at the start of <paramref name="text"/>.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out Symbol symbol)
    {
        symbol = new Symbol { Offset = -1, Size = -1 };
        var i = 0;
        while (i < text.Length && IsNameChar(text[i], i == 0))
        {
            // No kernel symbol is longer (KSYM_NAME_LEN is 512 since Rust support was added).
            if (++i > 512)
            {
                return false;
            }
        }

        if (i == 0)
        {
            return false;
        }

        symbol.Name = text[..i];
        symbol.Length = i;
        if (i + 3 < text.Length && text[i] == '+' && text[i + 1] == '0' && text[i + 2] == 'x')
        {
            var end = i + 3;
            var offset = ReadHex(text, ref end);
            if (end < text.Length && text[end] == '/' && end + 2 < text.Length && text[end + 1] == '0' && text[end + 2] == 'x')
            {
                end += 3;
                symbol.Size = ReadHex(text, ref end);
            }
            else
            {
                symbol.Size = 0;
            }

            symbol.Offset = offset;
            symbol.Length = end;
        }

        ReadModule(text, ref symbol);
        return true;
    }

    private static void ReadModule(ReadOnlySpan<char> text, ref Symbol symbol)
    {
        var i = symbol.Length;
        if (i + 2 >= text.Length || text[i] != ' ' || text[i + 1] != '[')
        {
            return;
        }

        var rest = text[(i + 2)..];
        var close = rest[..Math.Min(rest.Length, 120)].IndexOf(']');
        if (close <= 0)
        {
            return;
        }

        var inside = rest[..close];
        var blank = inside.IndexOf(' ');
        var name = blank > 0 ? inside[..blank] : inside;   // a build id may follow the name
        if (name is "inline")
        {
            return;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))
            {
                return;
            }
        }

        symbol.Module = name;
        symbol.Length = i + 3 + close;
    }

    private static int ReadHex(ReadOnlySpan<char> text, ref int at)
    {
        long value = 0;
        var digits = 0;
        while (at < text.Length && char.IsAsciiHexDigit(text[at]))
        {
            if (digits++ < 8)
            {
                value = (value << 4) | (uint)HexValue(text[at]);
            }

            at++;
        }

        return value > int.MaxValue ? int.MaxValue : (int)value;
    }

    private static int HexValue(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;

    private static bool IsNameChar(char c, bool first) =>
        char.IsAsciiLetter(c) || c is '_' or '.' or '$' || (!first && char.IsAsciiDigit(c));

    /// <summary>Returns the readable name: without compiler suffixes, and demangled if it is a Rust name.</summary>
    public static string Readable(ReadOnlySpan<char> name)
    {
        var bare = BareName(name);
        return RustNames.TryDemangle(bare, out var rust) ? rust : Names.Intern(bare);
    }

    /// <summary>
    /// Drops compiler suffixes (<c>.isra.0</c>, <c>.constprop.1</c>, <c>.cold</c>, <c>.part.2</c>, <c>.llvm.123</c>), so that one function
    /// has one name.
    /// </summary>
    public static ReadOnlySpan<char> BareName(ReadOnlySpan<char> name)
    {
        name = name.TrimStart('.');   // ppc64 prints entry points with a leading dot
        var dot = name.IndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }
}

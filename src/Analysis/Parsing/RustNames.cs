using System.Buffers;
using System.Text;

namespace Mayday.Analysis.Parsing;

/// <summary>
/// Makes mangled Rust names readable: <c>_RNvMCs1_12rust_minimalNtB2_11RustMinimal4init</c> becomes
/// <c>&lt;rust_minimal::RustMinimal&gt;::init</c>. The v0 scheme is RFC 2603. Crate hashes, lifetimes and generic arguments are left out
/// because they do not help to identify the function. Names of the older scheme (<c>_ZN4core9panicking5panic17h…E</c>) lose their hash. A
/// name that does not parse stays as printed.
/// </summary>
internal static class RustNames
{
    /// <summary>
    /// Limit for the output. Back references can make a short name expand without bound; real names are shorter than this.
    /// </summary>
    public const int MaxOutput = 256;

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
            var reader = new RustV0Name(name[2..], output);
            if (!reader.Path(inType: false, 0))
            {
                return false;
            }
        }

        readable = output.ToString();
        return readable.Length is > 0 and <= MaxOutput;
    }

    /// <summary>Reads "4core9panicking5panic17h0123456789abcdefE": pairs of length and word. The last word is a hash.</summary>
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

        return hashed && output.Length > 0;   // without a hash it is a C++ name, which no kernel has
    }

    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Takes a decimal number of at most four digits from the front.</summary>
    public static bool TakeLength(ref ReadOnlySpan<char> text, out int length)
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
}

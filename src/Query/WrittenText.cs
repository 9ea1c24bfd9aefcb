using System.Text;

namespace Mayday.Query;

/// <summary>A value as written in a filter.</summary>
/// <param name="Raw">
/// A bare word, or the text between the quotes with its escapes. Only an escaped quote is already replaced by a quote.
/// </param>
public readonly record struct WrittenText(string Raw, bool IsQuoted)
{
    /// <summary>
    /// The text after unescaping: \n, \t and \\ in quotes mean the same as in a C string, so that format strings can be copied from source
    /// code.
    /// </summary>
    public string Plain => IsQuoted ? Unescape(Raw) : Raw;

    /// <summary>True for a bare word with a *. In quotes, a * is a literal character.</summary>
    public bool IsGlob => !IsQuoted && Raw.Contains('*', StringComparison.Ordinal);

    private static string Unescape(string quoted)
    {
        if (!quoted.Contains('\\', StringComparison.Ordinal))
        {
            return quoted;
        }

        var plain = new StringBuilder(quoted.Length);
        for (var i = 0; i < quoted.Length; i++)
        {
            var next = quoted[i] == '\\' && i + 1 < quoted.Length ? quoted[i + 1] : '\0';
            var meant = next switch { 'n' => '\n', 't' => '\t', '\\' => '\\', _ => quoted[i] };
            plain.Append(meant);
            i += next is 'n' or 't' or '\\' ? 1 : 0;
        }

        return plain.ToString();
    }
}

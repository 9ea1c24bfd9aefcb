using System.Text;

namespace Mayday.Query;

/// <summary>A value as it stands in a filter.</summary>
/// <param name="Raw">A bare word, or what stands between the quotes with its escapes (but for an escaped quote, which is a quote here).</param>
public readonly record struct WrittenText(string Raw, bool IsQuoted)
{
    /// <summary>The text that is meant: \n, \t and \\ in quotes are what they are in a C string, so that format strings can be copied from source.</summary>
    public string Plain => IsQuoted ? Unescape(Raw) : Raw;

    /// <summary>A bare word with a *; in quotes a * is itself.</summary>
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

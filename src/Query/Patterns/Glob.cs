namespace Mayday.Query.Patterns;

/// <summary>A text in which * matches any characters, including none.</summary>
public sealed class Glob : IEquatable<Glob>
{
    private readonly string[] _pieces;

    public Glob(string text)
    {
        Text = text;
        _pieces = text.Split('*');
    }

    /// <summary>The glob as it was written.</summary>
    public string Text { get; }

    /// <summary>The glob as a LIKE pattern of Postgres for the whole text.</summary>
    public string Like => string.Join('%', _pieces.Select(Literally));

    /// <summary>The glob as a LIKE pattern that matches anywhere in a text.</summary>
    public string LikeAnywhere => $"%{Like}%";

    public static string Literally(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal);

    public bool IsMatch(string text, StringComparison comparison)
    {
        var (first, last) = (_pieces[0], _pieces[^1]);
        if (_pieces.Length == 1)
        {
            return string.Equals(text, first, comparison);
        }

        return text.Length >= first.Length + last.Length && text.StartsWith(first, comparison) && text.EndsWith(last, comparison)
            && HoldsInOrder(text.AsSpan(first.Length, text.Length - first.Length - last.Length), _pieces.AsSpan(1, _pieces.Length - 2), comparison);
    }

    public bool IsIn(string text, StringComparison comparison) => HoldsInOrder(text, _pieces, comparison);

    public bool Equals(Glob? other) => other is not null && other.Text == Text;

    public override bool Equals(object? obj) => Equals(obj as Glob);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    // Greedy matching: the first occurrence of each piece leaves the most room for the next, so no backtracking is needed.
    private static bool HoldsInOrder(ReadOnlySpan<char> text, ReadOnlySpan<string> pieces, StringComparison comparison)
    {
        foreach (var piece in pieces)
        {
            var at = text.IndexOf(piece, comparison);
            if (at < 0)
            {
                return false;
            }

            text = text[(at + piece.Length)..];
        }

        return true;
    }
}

using System.Buffers;
using System.Text;

namespace Mayday.Store.Crashes;

/// <summary>
/// What the text index holds of a crash: its distinct words. Words of hex digits and punctuation (addresses, times, register values) are left
/// out: they are most of a report's words and differ in each one. A search that has only such words reads the rows instead.
/// </summary>
internal static class SearchWords
{
    // A trigram index cannot look for less.
    private const int MinLength = 3;

    private static readonly SearchValues<char> s_hexAndPunctuation = SearchValues.Create("0123456789abcdefABCDEFxX:.,;<>()[]{}#+-=/*|");

    public static string Of(string title, string? function, string extract)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        var text = new StringBuilder(extract.Length / 2);
        foreach (var part in new[] { title, function ?? "", extract })
        {
            foreach (var range in part.AsSpan().SplitAny(" \t\r\n"))
            {
                var word = part.AsSpan()[range];
                if (IsIndexed(word) && words.GetAlternateLookup<ReadOnlySpan<char>>().Add(word))
                {
                    text.Append(word).Append(' ');
                }
            }
        }

        return text.ToString();
    }

    /// <summary>The words of a search that the index can be asked for: each is a part of a word of what is found.</summary>
    public static IEnumerable<string> Indexed(string search) =>
        search.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.Length >= MinLength && IsIndexed(word));

    // A part of a left-out word has only its characters, so it is left out as well: no search misses what it should find.
    private static bool IsIndexed(ReadOnlySpan<char> word) => word.ContainsAnyExcept(s_hexAndPunctuation);
}

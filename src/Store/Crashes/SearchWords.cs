using System.Buffers;
using System.Text;

namespace Mayday.Store.Crashes;

/// <summary>
/// The distinct words of a crash for the text index. Words of hex digits and punctuation (addresses, times, register values) are left out:
/// they are most of the words and differ in each report. A search that contains only such words scans the rows instead.
/// </summary>
internal static class SearchWords
{
    // A trigram index cannot find shorter words.
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

    /// <summary>The words of a search that the index can look up. Each is a substring of a word in any matching text.</summary>
    public static IEnumerable<string> Indexed(string search) =>
        search.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.Length >= MinLength && IsIndexed(word));

    // A substring of an excluded word has only excluded characters, so it is not looked up either. So no search misses a match.
    private static bool IsIndexed(ReadOnlySpan<char> word) => word.ContainsAnyExcept(s_hexAndPunctuation);
}

namespace Mayday.Query;

/// <summary>Finds the known name that a mistyped name probably means.</summary>
public static class NearName
{
    /// <returns>Null if no name is similar enough.</returns>
    public static string? Find(string word, IEnumerable<string> names)
    {
        if (word.Length is < 2 or > 40)
        {
            return null;
        }

        string? best = null;
        var bestDistance = Math.Max(1, word.Length / 3) + 1;
        foreach (var name in names)
        {
            var distance = name.StartsWith(word, StringComparison.OrdinalIgnoreCase) ? 1 : Distance(word, name);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (name, distance);
            }
        }

        return best;
    }

    private static int Distance(string left, string right)
    {
        if (right.Length > 40)
        {
            return int.MaxValue;
        }

        // Three rows of the edit distance table. The row before the previous one lets two swapped letters count as one mistake.
        Span<int> row = stackalloc int[right.Length + 1];
        Span<int> last = stackalloc int[right.Length + 1];
        Span<int> beforeLast = stackalloc int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            last.CopyTo(beforeLast);
            row.CopyTo(last);
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = last[j - 1] + (Same(left[i - 1], right[j - 1]) ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }
        }

        return row[right.Length];
    }

    private static bool Same(char one, char other) => char.ToLowerInvariant(one) == char.ToLowerInvariant(other);
}

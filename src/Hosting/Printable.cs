using System.Globalization;
using System.Text;

namespace Mayday.Hosting;

/// <summary>Words of others on our terminal: file names and arguments may hold escape sequences.</summary>
public static class Printable
{
    /// <summary>Makes every control character visible.</summary>
    public static string Show(string? text)
    {
        if (text is null || !text.Any(IsHidden))
        {
            return text ?? "";
        }

        var shown = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            _ = IsHidden(letter) ? shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}") : shown.Append(letter);
        }

        return shown.ToString();
    }

    // Format characters turn text around on a terminal (U+202E).
    private static bool IsHidden(char letter) => char.IsControl(letter) || char.GetUnicodeCategory(letter) == UnicodeCategory.Format;
}

using System.Globalization;
using System.Text;

namespace Mayday.Hosting;

/// <summary>Makes untrusted text safe to print: file names and arguments may contain terminal escapes.</summary>
public static class Printable
{
    /// <summary>Replaces every control character with a visible form.</summary>
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

    // Format characters such as U+202E reverse the text on a terminal.
    private static bool IsHidden(char letter) => char.IsControl(letter) || char.GetUnicodeCategory(letter) == UnicodeCategory.Format;
}

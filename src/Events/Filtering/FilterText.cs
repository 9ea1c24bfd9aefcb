using System.Text;

namespace Mayday.Events.Filtering;

/// <summary>Writes what a filter reads: for links that narrow by a value.</summary>
public static class FilterText
{
    /// <summary>A text in quotes; read again it is the same text.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var letter in text)
        {
            quoted.Append(letter switch { '"' => "\\\"", '\\' => @"\\", '\n' => @"\n", '\t' => @"\t", _ => letter.ToString() });
        }

        return quoted.Append('"').ToString();
    }
}

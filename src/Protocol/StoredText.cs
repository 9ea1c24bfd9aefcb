using System.Text;
using Mayday.Protocol;

namespace Mayday.Protocol;

/// <summary>Text that Postgres accepts: no U+0000 (shown as ␀), no unpaired surrogates, and never longer than its column should
/// hold.</summary>
public static class StoredText
{
    // Indexed columns must stay well below the 2,704 bytes of a B-tree entry: 512 characters of at most 4 bytes fit.
    /// <summary>Longest host name, facility or other name, in characters.</summary>
    public const int MaxName = 255;
    /// <summary>Longest crash title, in characters.</summary>
    public const int MaxTitle = 512;
    /// <summary>Longest single word (kind, label, value of a threshold), in characters.</summary>
    public const int MaxWord = 256;
    /// <summary>Longest signature, in characters.</summary>
    public const int MaxSignature = 2048;
    /// <summary>Longest sentence (reason, rendered event text), in characters.</summary>
    public const int MaxSentence = 2048;

    /// <summary>A string inside a jsonb document.</summary>
    public const int MaxJsonString = 16 * 1024;

    /// <summary>The lines of the report itself: the longest real reports (lockdep with both chains) are below 32 KiB.</summary>
    public const int MaxExtractBytes = 64 * 1024;

    private const char VisibleNul = '␀';

    /// <summary><see cref="Clean"/>, or null for an empty text.</summary>
    public static string? CleanOrNull(string? text, int maxLength) => string.IsNullOrEmpty(text) ? null : Clean(text, maxLength);

    /// <summary>At most <paramref name="maxLength"/> characters, U+0000 made visible, unpaired surrogates replaced by U+FFFD.</summary>
    public static string Clean(string text, int maxLength)
    {
        if (text.Length > maxLength)
        {
            text = text[..(char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength)];
        }

        return IsClean(text) ? text : Replace(text);
    }

    /// <summary>Decodes at most <paramref name="maxBytes"/> of log text; invalid UTF-8 becomes U+FFFD.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, int maxBytes)
    {
        var text = Encoding.UTF8.GetString(bytes.Length > maxBytes ? bytes[..maxBytes] : bytes);
        return text.Contains('\0') ? text.Replace('\0', VisibleNul) : text;
    }

    private static bool IsClean(string text) => !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0');

    private static string Replace(string text)
    {
        var clean = new StringBuilder(text.Length);
        // EnumerateRunes yields U+FFFD for unpaired surrogates.
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.Value == 0 ? VisibleNul.ToString() : rune.ToString());
        }

        return clean.ToString();
    }
}

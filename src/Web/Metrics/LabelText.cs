using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;

namespace Mayday.Web.Metrics;

/// <summary>
/// Tags as the labels of the text format, <c>a="b",c="d"</c>, in the order of their names: equal sets of tags are equal texts, so that a text is
/// the key of a series. Nothing is allocated for a series that is known.
/// </summary>
internal static class LabelText
{
    /// <summary>Characters of a value: a label names a thing, it does not tell a story.</summary>
    public const int LongestValue = 200;

    // Labels are names in code; this many would be a defect.
    private const int MostLabels = 32;

    // Names of tags come from code, some dozens; the bound is for code that makes them up.
    private const int MostNames = 4096;

    private static readonly ConcurrentDictionary<string, string> s_names = new(StringComparer.Ordinal);

    [ThreadStatic]
    private static ArrayBufferWriter<char>? s_text;

    /// <summary>Valid until the next call on this thread.</summary>
    public static ReadOnlySpan<char> Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = s_text ??= new ArrayBufferWriter<char>(256);
        text.ResetWrittenCount();
        var count = Math.Min(tags.Length, MostLabels);
        Span<int> order = stackalloc int[MostLabels];
        for (var i = 0; i < count; i++)
        {
            var at = i;
            while (at > 0 && string.CompareOrdinal(NameOf(tags[order[at - 1]].Key), NameOf(tags[i].Key)) > 0)
            {
                order[at] = order[at - 1];
                at--;
            }

            order[at] = i;
        }

        string? before = null;
        for (var i = 0; i < count; i++)
        {
            var name = NameOf(tags[order[i]].Key);
            if (name == before)
            {
                // Two tags that come to one name share a label, as the rules for names say.
                text.Write(";");
            }
            else
            {
                text.Write(before is null ? "" : "\",");
                text.Write(name);
                text.Write("=\"");
            }

            WriteValue(text, tags[order[i]].Value);
            before = name;
        }

        text.Write(before is null ? "" : "\"");
        return text.WrittenSpan;
    }

    private static string NameOf(string tag)
    {
        if (s_names.TryGetValue(tag, out var name))
        {
            return name;
        }

        name = MetricName.OfLabel(tag);
        if (s_names.Count < MostNames)
        {
            s_names.TryAdd(tag, name);
        }

        return name;
    }

    private static void WriteValue(ArrayBufferWriter<char> text, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case string plain:
                Escape(text, plain);
                break;
            case bool truth:
                text.Write(truth ? "true" : "false");
                break;
            case IFormattable number:
                Escape(text, number.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                Escape(text, value.ToString() ?? "");
                break;
        }
    }

    private static void Escape(ArrayBufferWriter<char> text, ReadOnlySpan<char> value)
    {
        if (value.Length > LongestValue)
        {
            // Not in the middle of a surrogate pair: half a character is no text.
            value = value[..(char.IsHighSurrogate(value[LongestValue - 1]) ? LongestValue - 1 : LongestValue)];
        }

        while (value.IndexOfAny('\\', '"', '\n') is var special and >= 0)
        {
            text.Write(value[..special]);
            text.Write(value[special] switch { '\\' => "\\\\", '"' => "\\\"", _ => "\\n" });
            value = value[(special + 1)..];
        }

        text.Write(value);
    }
}

using System.Globalization;
using System.Text.Json;
using Mayday.Protocol;

namespace Mayday.Agent.Forwarding;

/// <summary>Writes events in the form that the collector's REST API accepts (docs/api.md, POST /events).</summary>
internal static class OutgoingEventJson
{
    // The collector's limits for one event (docs/api.md). It would refuse an event with longer values.
    private const int MostFacility = 64;
    private const int MostFields = 64;
    private const int MostFieldName = 64;
    private const int MostFieldValue = 1024;

    private static readonly string[] s_words = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

    public static string WordOf(Severity severity) => s_words[(int)severity & 7];

    public static bool TryParseSeverity(string word, out Severity severity)
    {
        var index = Array.IndexOf(s_words, word.ToLowerInvariant());
        if (index < 0 && word is [>= '0' and <= '7'])
        {
            index = word[0] - '0';
        }

        severity = (Severity)Math.Max(index, 0);
        return index >= 0;
    }

    public static void Write(Utf8JsonWriter writer, AgentEvent one)
    {
        writer.WriteStartObject();
        writer.WriteString("facility", FacilityOf(one.Facility));
        writer.WriteString("severity", WordOf(one.Severity));
        writer.WriteNumber("eventType", (uint)one.EventType);
        if (one.Format is not null)
        {
            writer.WriteString("format", one.Format);
            writer.WriteStartArray("args");
            foreach (var value in one.Values)
            {
                if (value.Text is not null)
                {
                    writer.WriteStringValue(value.Text);
                }
                else if (value.IsUnsigned)
                {
                    writer.WriteNumberValue((ulong)value.Number);
                }
                else
                {
                    writer.WriteNumberValue(value.Number);
                }
            }

            writer.WriteEndArray();
        }

        if (!one.Data.IsEmpty)
        {
            writer.WriteBase64String("data", one.Data.Span);
        }

        if (one.Data.IsEmpty || one.Text.Length > 0)
        {
            writer.WriteString("text", one.Text);
        }

        if (one.OccurredAt is { } occurred)
        {
            writer.WriteString("time", occurred.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture));
        }

        if (one.Processor is { } processor)
        {
            writer.WriteNumber("cpu", processor);
        }

        if (one.Pid is { } pid)
        {
            writer.WriteNumber("pid", pid);
        }

        if (one.Fields.Count > 0)
        {
            WriteFields(writer, one.Fields);
        }

        writer.WriteEndObject();
    }

    // Written as an object. When a key occurs twice, the first is kept.
    private static void WriteFields(Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        writer.WriteStartObject("fields");
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in fields)
        {
            if (key.Length is > 0 and <= MostFieldName && known.Count < MostFields && known.Add(key))
            {
                writer.WriteString(key, Shortened(value, MostFieldValue));
            }
        }

        writer.WriteEndObject();
    }

    // A driver's name is taken from a message, and any process with root rights can write messages.
    private static string FacilityOf(string name)
    {
        if (name.Any(char.IsControl))
        {
            name = string.Concat(name.Select(letter => char.IsControl(letter) ? '?' : letter));
        }

        return name.Length == 0 ? "kern" : Shortened(name, MostFacility);
    }

    private static string Shortened(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }
        // Do not cut a surrogate pair in half.
        var end = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Mayday.Hosting;

namespace Mayday.Cli.Commands.Events;

/// <summary>Prints one event per line, as text or as JSON.</summary>
internal sealed class EventOutput(bool isJson) : IDisposable
{
    private readonly StreamWriter _output = new(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16);

    public void Write(JsonElement one)
    {
        // The API's JSON is ASCII, so it contains no terminal escapes.
        _output.Write(isJson ? one.GetRawText() : Line(one));
        _output.Write('\n');
    }

    public void Flush() => _output.Flush();

    public void Dispose() => _output.Dispose();

    /// <summary>
    /// One line, for example "2026-01-31 12:00:00.123 web-17 e1000 err eth0: link is down". Control characters are made visible.
    /// </summary>
    internal static string Line(JsonElement one)
    {
        var line = new StringBuilder();
        line.Append(TimeOf(one)).Append(' ').Append(Text(one, "host")).Append(' ').Append(Text(one, "facility")).Append(' ').Append(Text(one, "severity")).Append(' ');
        if (Text(one, "text") is { Length: > 0 } text)
        {
            line.Append(text);
        }
        else
        {
            line.Append(CultureInfo.InvariantCulture, $"type {Number(one, "eventType"):x8}");
            if (Bytes(one) is > 0 and var length)
            {
                line.Append(CultureInfo.InvariantCulture, $", {length} bytes of data");
            }
        }

        if (Number(one, "count") is > 1 and var count)
        {
            line.Append(CultureInfo.InvariantCulture, $" ({count} times)");
        }

        return line.ToString();
    }

    private static string TimeOf(JsonElement one) =>
        one.TryGetProperty("receivedAt", out var value) && value.TryGetDateTimeOffset(out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)
            : "-";

    private static string Text(JsonElement one, string name) =>
        one.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Printable.Show(value.GetString()!.TrimEnd('\n')) : "";

    private static long Number(JsonElement one, string name) =>
        one.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;

    private static int Bytes(JsonElement one) =>
        one.TryGetProperty("data", out var value) && value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes) ? bytes.Length : 0;
}

using System.Globalization;
using System.Text.Json;

namespace Mayday.Simulation.Captures;

/// <summary>Reads captures: one JSON object a line, <c>{"t": 1795318106.667, "port": 43873, "b64": "NiwxLDI..."}</c>.</summary>
public static class CaptureReader
{
    private const byte LineEnd = (byte)'\n';

    /// <summary>Tells a capture from a log of text by its first line, because standard input has no file name.</summary>
    /// <param name="content">The whole file, or its beginning.</param>
    /// <returns>True when the first line that is not blank is a JSON object with a payload.</returns>
    public static bool IsCapture(ReadOnlySpan<byte> content)
    {
        content = content.TrimStart(" \t\r\n"u8);
        if (!content.StartsWith("{"u8))
        {
            return false;
        }

        var end = content.IndexOf(LineEnd);
        return TryReadLine(end < 0 ? content : content[..end], out _);
    }

    /// <summary>Reads a whole capture.</summary>
    /// <param name="content">The file.</param>
    /// <returns>The datagrams in the order of the file.</returns>
    /// <exception cref="FormatException">A line is not of the form above; the message names the line.</exception>
    public static IReadOnlyList<CapturedDatagram> Read(ReadOnlySpan<byte> content)
    {
        var datagrams = new List<CapturedDatagram>();
        for (var number = 1; !content.IsEmpty; number++)
        {
            var end = content.IndexOf(LineEnd);
            var line = (end < 0 ? content : content[..end]).Trim(" \t\r"u8);
            content = end < 0 ? default : content[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            if (!TryReadLine(line, out var datagram))
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {number} is no captured datagram (a JSON object with \"b64\")"));
            }

            datagrams.Add(datagram!);
        }

        return datagrams;
    }

    private static bool TryReadLine(ReadOnlySpan<byte> line, out CapturedDatagram? datagram)
    {
        datagram = null;
        var arrivedAt = 0d;
        var port = 0;
        byte[]? payload = null;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString();
                if (!reader.Read())
                {
                    return false;
                }

                switch (name)
                {
                    case "t" when reader.TokenType == JsonTokenType.Number:
                        arrivedAt = reader.GetDouble();
                        break;
                    case "port" when reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value):
                        port = value;
                        break;
                    case "b64" when reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes):
                        payload = bytes;
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }
        }
        catch (JsonException)
        {
            return false;
        }

        if (payload is null)
        {
            return false;
        }

        datagram = new CapturedDatagram(arrivedAt, port, payload);
        return true;
    }
}

using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Mayday.Protocol.Netconsole;

namespace Mayday.System.Tests;

/// <summary>A captured boot of a real kernel that crashed (extended netconsole), put back to the text that netoops would have sent.</summary>
internal static class Capture
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "System", "Captures");

    public static IReadOnlyList<string> Kinds { get; } =
        [.. Directory.GetFiles(s_folder, "*.ext.jsonl.gz").Select(path => Path.GetFileName(path).Split('.')[0]).Order(StringComparer.Ordinal)];

    public static byte[] LogOf(string kind)
    {
        using var file = File.OpenRead(Path.Combine(s_folder, kind + ".ext.jsonl.gz"));
        using var lines = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var log = new StringBuilder();
        while (lines.ReadLine() is { } line)
        {
            var datagram = JsonDocument.Parse(line).RootElement.GetProperty("b64").GetBytesFromBase64();
            if (ExtendedPacket.TryParse(datagram, out var packet, out _) && !packet.HasFragment)
            {
                var text = Encoding.Latin1.GetString(packet.Body);
                log.Append(CultureInfo.InvariantCulture,
                    $"<{packet.Priority}>[{packet.TimestampMicroseconds / 1_000_000,5}.{packet.TimestampMicroseconds % 1_000_000:000000}] {text[..text.IndexOf('\n', StringComparison.Ordinal)]}\n");
            }
        }

        return Encoding.Latin1.GetBytes(log.ToString());
    }
}

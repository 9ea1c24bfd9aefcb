using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Mayday.Analysis.Tests;

/// <summary>One capture of a real kernel dying, as text, and what must be said of it.</summary>
public sealed record Capture(string Name, string Way, byte[] Log, JsonElement Truth)
{
    public override string ToString() => $"{Name}.{Way}";

    public string? Text(string field) => Truth.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>The QEMU captures (tests/Analysis/Corpus/cases.zip): text put back from the datagrams, basic and extended, and the serial console.</summary>
public static class CaptureFiles
{
    private static readonly Lazy<List<Capture>> s_all = new(Load);

    public static IReadOnlyList<Capture> Cases => [.. s_all.Value.Where(c => !c.Name.StartsWith("scenes/", StringComparison.Ordinal))];

    public static Capture Scene(string name, string way) => s_all.Value.Single(c => c.Name == "scenes/" + name && c.Way == way);

    private static List<Capture> Load()
    {
        using var stream = typeof(CaptureFiles).Assembly.GetManifestResourceStream("Corpus/cases.zip")!;
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        var truths = new Dictionary<string, JsonElement>();
        foreach (var entry in zip.Entries.Where(e => e.FullName.EndsWith(".truth.json", StringComparison.Ordinal)))
        {
            truths[entry.FullName[..^".truth.json".Length]] = JsonDocument.Parse(Read(entry)).RootElement;
        }

        var captures = new List<Capture>();
        foreach (var entry in zip.Entries.Where(e => !e.FullName.EndsWith(".truth.json", StringComparison.Ordinal)))
        {
            var dot = entry.FullName.LastIndexOf('.');
            var name = entry.FullName[..dot];
            captures.Add(new Capture(name.Replace("cases/", "", StringComparison.Ordinal), entry.FullName[(dot + 1)..], Read(entry), truths[name]));
        }

        return captures;
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var source = entry.Open();
        using var buffer = new MemoryStream();
        source.CopyTo(buffer);
        return buffer.ToArray();
    }

    public static string LineAt(byte[] log, int offset)
    {
        var end = Array.IndexOf(log, (byte)'\n', offset);
        return Encoding.UTF8.GetString(log, offset, (end < 0 ? log.Length : end) - offset);
    }
}

using System.IO.Compression;
using System.Text.Json;

namespace Mayday.Collector.Tests;

/// <summary>One datagram of a capture: arrival in microseconds since the Unix epoch, and its bytes.</summary>
public sealed record CapturedDatagram(long Arrival, byte[] Bytes);

/// <summary>What real kernels sent while they died (copied from the corpus, compressed).</summary>
public static class Capture
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Captures");

    public static IReadOnlyList<CaptureTruth> Truths { get; } =
        JsonSerializer.Deserialize<CaptureTruth[]>(File.ReadAllBytes(Path.Combine(s_folder, "truth.json")), JsonSerializerOptions.Web)!;

    public static bool Exists(string name) => File.Exists(PathOf(name));

    public static IReadOnlyList<CapturedDatagram> Read(string name)
    {
        var datagrams = new List<CapturedDatagram>();
        using var lines = new StreamReader(new GZipStream(File.OpenRead(PathOf(name)), CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            datagrams.Add(new CapturedDatagram((long)(json.RootElement.GetProperty("t").GetDouble() * 1e6), json.RootElement.GetProperty("b64").GetBytesFromBase64()));
        }

        return datagrams;
    }

    private static string PathOf(string name) => Path.Combine(s_folder, name + ".jsonl.gz");
}

/// <summary>What must be said of a capture, stated before the machine was crashed.</summary>
public sealed record CaptureTruth(string Kind, string? Severity, string? Class, string? Module, bool Fatal, int? Reports)
{
    [System.Text.Json.Serialization.JsonPropertyName("top_frame")]
    public string? TopFrame { get; init; }

    public bool IsCrash => Severity is not ("none" or "oomkill");
}

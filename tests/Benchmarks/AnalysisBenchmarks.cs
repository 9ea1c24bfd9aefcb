using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using Mayday.Analysis;

namespace Mayday.Benchmarks;

/// <summary>
/// What the analyser costs on one core: a quiet log (the promise is 50 MB/s), a dump with one crash and a storm (3,000 reports/s), and the
/// receiver's test of one line.
/// </summary>
[MemoryDiagnoser]
public class AnalysisBenchmarks
{
    private const int QuietBytes = 16 << 20;

    private byte[] _quiet = [];
    private byte[] _dump = [];
    private byte[] _storm = [];
    private byte[][] _lines = [];

    [GlobalSetup]
    public void Load()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        string path;
        while (!File.Exists(path = Path.Combine(folder.FullName, "tests", "Analysis", "Corpus", "cases.zip")))
        {
            folder = folder.Parent ?? throw new FileNotFoundException("tests/Analysis/Corpus/cases.zip is not above the benchmark");
        }

        using var zip = ZipFile.OpenRead(path);
        _dump = Read(zip, "cases/null_read.ext");
        _storm = Read(zip, "scenes/warn_storm.ext");
        var decoy = Read(zip, "cases/decoy_dump_stack.ext");
        var boot = decoy.AsSpan(decoy.AsSpan().IndexOf((byte)'\n') + 1);
        boot = boot[..boot.IndexOf("systemd["u8)];
        boot = boot[..(boot.LastIndexOf((byte)'\n') + 1)];
        using var quiet = new MemoryStream();
        while (quiet.Length < QuietBytes)
        {
            quiet.Write(boot);
        }

        _quiet = quiet.ToArray();
        _lines = [.. System.Text.Encoding.UTF8.GetString(boot).Split('\n').Where(l => l.Length > 20).Select(l => System.Text.Encoding.UTF8.GetBytes(l[19..]))];
    }

    /// <summary>16 MiB of boot messages: divide by the time for MB/s.</summary>
    [Benchmark]
    public int QuietLog() => CrashAnalyzer.Analyze(_quiet).Count;

    /// <summary>One dump of 440 lines with one oops in it.</summary>
    [Benchmark]
    public int OneDump() => CrashAnalyzer.Analyze(_dump).Count;

    /// <summary>200 warnings in one log.</summary>
    [Benchmark(OperationsPerInvoke = 200)]
    public int StormPerReport() => CrashAnalyzer.Analyze(_storm).Count;

    [Benchmark]
    public int ClassifyBootLines()
    {
        var starts = 0;
        foreach (var line in _lines)
        {
            starts += (int)CrashLines.Classify(line);
        }

        return starts;
    }

    private static byte[] Read(ZipArchive zip, string name)
    {
        using var source = zip.GetEntry(name)!.Open();
        using var buffer = new MemoryStream();
        source.CopyTo(buffer);
        return buffer.ToArray();
    }
}

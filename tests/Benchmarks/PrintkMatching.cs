using System.Text;
using BenchmarkDotNet.Attributes;
using Mayday.Agent.Printk;
using Mayday.Protocol;

namespace Mayday.Benchmarks;

/// <summary>
/// What it costs to find the format of a kernel message again: 10,000 formats, a line each of a format of its own, and lines of no format.
/// The promise is 100,000 lines a second a core.
/// </summary>
[MemoryDiagnoser]
public class PrintkMatching
{
    private const int Formats = 10_000;
    private const int Lines = 1_000;

    // Words and shapes as drivers use them; the numbers spread them over 10,000 formats that share most of their text.
    private static readonly string[] s_subjects = ["link", "queue", "firmware", "DMA", "interrupt", "command", "sector", "buffer", "register", "channel"];
    private static readonly string[] s_verbs = ["timed out", "failed", "is down", "was reset", "not ready", "overflow", "mismatch", "stalled", "disabled", "lost"];
    private static readonly string[] s_prefixes = ["ata{0}: ", "nvme{0}: ", "%s: unit{0} ", "eth{0} ", "usb {0}-1: ", "EDAC MC{0}: ", "%s (dev {0}) ", "mod{0}: "];

    private byte[][] _matching = [];
    private byte[][] _strange = [];
    private PrintkMatcher _matcher = new([]);

    [GlobalSetup]
    public void Make()
    {
        var random = new Random(1);
        var entries = new List<PrintkEntry>();
        var texts = new List<byte[]>();
        for (var i = 0; i < Formats; i++)
        {
            var start = string.Format(System.Globalization.CultureInfo.InvariantCulture, s_prefixes[i % s_prefixes.Length], i / s_prefixes.Length);
            var words = $"{start}{s_subjects[random.Next(s_subjects.Length)]} {s_verbs[random.Next(s_verbs.Length)]}";
            entries.Add(new PrintkEntry { File = "a.c", Line = i, Function = "f", Level = Severity.Error, Format = words + ", status %#x after %d ms (%s)\n" });
            texts.Add(Encoding.ASCII.GetBytes(words.Replace("%s", "sda", StringComparison.Ordinal) + $", status {random.Next():x} after {random.Next(5_000)} ms (try {i})"));
        }

        _matcher = new PrintkMatcher(entries);
        // "%#x" prints 0x.
        _matching = [.. texts.OrderBy(_ => random.Next()).Take(Lines).Select(text => Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(text).Replace("status ", "status 0x", StringComparison.Ordinal)))];
        _strange = [.. _matching.Select(text => Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(text).Replace(" ms (", " ms [", StringComparison.Ordinal)))];
        if (_matching.Count(text => _matcher.Match(text, Severity.Error) is not null) != Lines)
        {
            throw new InvalidOperationException("every line should have a format");
        }
    }

    /// <summary>Found, arguments read, event type computed.</summary>
    [Benchmark(OperationsPerInvoke = Lines)]
    public int Found()
    {
        var found = 0;
        foreach (var text in _matching)
        {
            found += _matcher.Match(text, Severity.Error) is null ? 0 : 1;
        }

        return found;
    }

    /// <summary>Nearly a format, and none: everything is looked up, nothing fits.</summary>
    [Benchmark(OperationsPerInvoke = Lines)]
    public int NotFound()
    {
        var found = 0;
        foreach (var text in _strange)
        {
            found += _matcher.Match(text, Severity.Error) is null ? 0 : 1;
        }

        return found;
    }
}

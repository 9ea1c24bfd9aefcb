using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mayday.Analysis.Tests;

/// <summary>Logs written for one format or framing each; a new format brings one (see src/Analysis/Rules/README.md).</summary>
public sealed class SampleTests
{
    public static TheoryData<string> Names =>
        [.. typeof(SampleTests).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("Samples/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Sample_Analyzed_SaysWhatItsHeadSays(string name)
    {
        var (head, log) = Read(name);
        var reports = CrashAnalyzer.Analyze(log);
        if (head.TryGetValue("REPORTS", out var count))
        {
            Assert.Equal(int.Parse(count), reports.Count);
            if (reports.Count == 0)
            {
                return;
            }
        }

        var report = reports[0];
        Assert.Equal(head["TITLE"], report.Title);
        Assert.Equal(head.GetValueOrDefault("FUNCTION"), report.Function);
        Assert.Equal(head.GetValueOrDefault("MODULE"), report.Module);
        if (head.TryGetValue("KIND", out var kind))
        {
            Assert.Equal(kind, JsonNamingPolicy.CamelCase.ConvertName(report.Kind.ToString()));
        }

        foreach (var (fact, said) in Facts(report))
        {
            if (head.TryGetValue(fact, out var expected))
            {
                Assert.Equal($"{fact}: {expected}", $"{fact}: {said}");
            }
        }

        if (head.TryGetValue("CORRUPTED", out var reason))
        {
            Assert.True(report.Corrupted);
            Assert.StartsWith(reason, report.CorruptedReason, StringComparison.Ordinal);
        }
        else
        {
            Assert.Null(report.CorruptedReason);
        }
    }

    private static IEnumerable<(string Fact, string? Said)> Facts(CrashReport report) =>
    [
        ("CLASS", JsonNamingPolicy.CamelCase.ConvertName(report.Class.ToString())),
        ("SEVERITY", JsonNamingPolicy.CamelCase.ConvertName(report.Severity.ToString())),
        ("ADDRESS", report.Access?.Address),
        ("ACCESS", report.Access?.Write switch { true => "write", false => "read", null => null }),
        ("OBJECT", report.Access?.Object),
        ("ALLOCATED", report.Access?.AllocatedBy),
        ("FREED", report.Access?.FreedBy),
        ("CPU", report.Cpu?.ToString(CultureInfo.InvariantCulture)),
        ("TASK", $"{report.Comm}/{report.Pid}"),
        ("RELEASE", report.KernelRelease),
        ("TAINT", report.Taint),
        ("HARDWARE", report.Hardware),
        ("CONTEXT", report.Context),
        ("REGISTERS", string.Join(' ', report.Registers.Select(r => $"{r.Name}={r.Value}"))),
        ("MODULES", string.Join(' ', report.Modules.Select(m => m.Flags is null ? m.Name : $"{m.Name}({m.Flags})"))),
        ("CODE", report.Code?.Bytes),
    ];

    internal static (Dictionary<string, string> Head, byte[] Log) Read(string name)
    {
        using var reader = new StreamReader(typeof(SampleTests).Assembly.GetManifestResourceStream(name)!);
        var head = new Dictionary<string, string>();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            head[line[..colon]] = line[(colon + 2)..];
        }

        return (head, Encoding.UTF8.GetBytes(reader.ReadToEnd()));
    }
}

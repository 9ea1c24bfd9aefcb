using System.Text;
using System.Text.Json;

namespace Mayday.Analysis.Tests;

/// <summary>
/// Scores the analyser on the small logs of tests/Analysis/Field, so that anybody can repeat the figure:
/// <c>./mayday test Analysis --filter-class Mayday.Analysis.Tests.FieldCaseTests --show-live-output on</c>.
/// </summary>
public sealed class FieldCaseTests(ITestOutputHelper output)
{
    private const string Prefix = "Field/";
    private const string NotYet = "not-yet-right.list";

    /// <summary>The list can only shrink: a case that became right has to leave it, and no other case may become wrong.</summary>
    [Fact]
    public void FieldCases_Scored_AreRightButForTheListedOnes()
    {
        var names = typeof(FieldCaseTests).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(".txt", StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^".txt".Length])
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.NotEmpty(names);
        var listed = Lines(NotYet).Where(line => line.Length > 0 && line[0] != '#').ToList();

        var wrong = new List<string>();
        foreach (var name in names)
        {
            var differences = Differences(name);
            if (differences.Count > 0)
            {
                wrong.Add(name);
                output.WriteLine($"{name}: {string.Join("; ", differences)}");
            }
        }

        output.WriteLine($"{names.Count - wrong.Count} of {names.Count} field cases are right");
        Assert.Equal(listed.Order(StringComparer.Ordinal), wrong);
    }

    private static List<string> Differences(string name)
    {
        var reports = CrashAnalyzer.Analyze(Bytes(name + ".txt"));
        var first = reports.Count > 0 ? reports[0] : null;
        var said = new Dictionary<string, string?>
        {
            ["TITLE"] = first?.Title,
            ["KIND"] = first is null ? null : JsonNamingPolicy.CamelCase.ConvertName(first.Kind.ToString()),
            ["FUNCTION"] = first?.Function ?? "-",
            ["MODULE"] = first?.Module,
            ["RELEASE"] = first?.KernelRelease,
            ["COMM"] = first?.Comm,
            ["REPORTS"] = reports.Count.ToString(),
        };
        var differences = new List<string>();
        foreach (var line in Lines(name + ".expected"))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0 || !said.TryGetValue(line[..colon], out var value))
            {
                continue;
            }

            var expected = line[(colon + 2)..];
            // Several kinds may be right, with a comma between.
            var isRight = line.StartsWith("KIND:", StringComparison.Ordinal)
                ? expected.Split(',', StringSplitOptions.TrimEntries).Contains(value)
                : value == expected;
            if (!isRight)
            {
                differences.Add($"{line[..colon]}: expected '{expected}', got '{value}'");
            }
        }

        return differences;
    }

    private static string[] Lines(string file) => Encoding.UTF8.GetString(Bytes(file)).Split('\n', StringSplitOptions.TrimEntries);

    private static byte[] Bytes(string file)
    {
        using var stream = typeof(FieldCaseTests).Assembly.GetManifestResourceStream(Prefix + file)!;
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }
}

using System.Text;
using Mayday.Analysis.Lines;

namespace Mayday.Analysis.Tests;

/// <summary>The same crash of another machine falls into the same group.</summary>
public sealed class StabilityTests
{
    private const int Mutations = 20;

    [Fact]
    public void SyzkallerReports_Mutated_KeepTheirGroup() =>
        Check([.. SyzkallerReports.Read().Where(r => !r.Corrupted && r.Titles.Count > 0).Select(r => (r.Name, r.Log))]);

    [Fact]
    public void Captures_Mutated_KeepTheirGroup() => Check([.. CaptureFiles.Cases.Where(c => c.Way == "ext").Select(c => (c.Name, c.Log))]);

    private static void Check(List<(string Name, byte[] Log)> logs)
    {
        int tried = 0, beheaded = 0, unnamed = 0;
        var lost = new List<string>();
        foreach (var (name, log) in logs)
        {
            var reports = CrashAnalyzer.Analyze(log);
            if (reports.Count == 0 || reports[0].Corrupted)
            {
                continue;
            }

            for (var i = 0; i < Mutations; i++)
            {
                var seed = HashCode(name) * 31 + i;
                var mutator = new LogMutator(seed);
                var after = Analyze(mutator.Mutate(log, reports[0]));
                var kept = after.Count > 0 && after[0].SignatureHash == reports[0].SignatureHash;
                if (mutator.GuiltyCut)
                {
                    // Nobody can name what did not arrive; the crash is told all the same.
                    beheaded++;
                    unnamed += kept ? 0 : 1;
                    if (after.Count > 0)
                    {
                        continue;
                    }
                }

                tried++;
                if (!kept)
                {
                    lost.Add($"{name} seed {seed} [{string.Join(' ', mutator.Applied)}]: {reports[0].Signature} -> {(after.Count == 0 ? "nothing" : after[0].Signature)}");
                }
            }
        }

        Assert.True(tried > 500, "too few logs to say anything");
        TestContext.Current.TestOutputHelper?.WriteLine($"{lost.Count} of {tried} lost their group; of {beheaded} whose cut took the guilty frame, {unnamed} did");
        Assert.True(lost.Count <= tried / 1000, $"{lost.Count} of {tried} lost their group:\n{string.Join('\n', lost.Take(60))}");
    }

    private static IReadOnlyList<CrashReport> Analyze(byte[] log) =>
        ExtendedCapture.TryRead(log, out var capture) ? CrashAnalyzer.Analyze(capture.Log) : CrashAnalyzer.Analyze(log);

    // string.GetHashCode differs from run to run; a failure must come again.
    private static int HashCode(string name) => Encoding.UTF8.GetBytes(name).Aggregate(17, (hash, b) => unchecked(hash * 31 + b));
}

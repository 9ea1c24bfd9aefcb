using System.Text.RegularExpressions;

namespace Mayday.Analysis.Tests;

/// <summary>Every capture of a dying kernel is understood in every way it can arrive.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Names => [.. CaptureFiles.Cases.Select(c => c.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Capture_Analyzed_SaysWhatTheTruthSays(string name)
    {
        var capture = CaptureFiles.Cases.Single(c => c.ToString() == name);
        var reports = CrashAnalyzer.Analyze(capture.Log);
        if (capture.Text("severity") is "none" or "oomkill")
        {
            // Without a facility nobody can tell that user space wrote the line.
            Assert.True(reports.Count == 0 || name is "decoy_kmsg.basic" or "decoy_kmsg.serial");
            return;
        }

        Assert.NotEmpty(reports);
        if (capture.Truth.TryGetProperty("reports", out var count) && count.ValueKind == System.Text.Json.JsonValueKind.Number && count.GetInt32() > 0)
        {
            Assert.Equal(count.GetInt32(), reports.Count);
        }

        var pattern = capture.Text("class")!;
        if (!capture.Truth.GetProperty("class_is_regex").GetBoolean())
        {
            pattern = Regex.Escape(pattern);
        }

        Assert.Contains(reports, r => Regex.IsMatch(CaptureFiles.LineAt(capture.Log, r.Start), pattern));
        if (capture.Text("top_frame") is { } function)
        {
            var module = capture.Text("module");
            Assert.Contains(reports, r => r.Function == function && (r.Module is null || r.Module == module));
        }

        if (capture.Truth.TryGetProperty("fatal", out var fatal) && fatal.GetBoolean())
        {
            Assert.Contains(reports, r => r.Fatal && r.Panic is not null);
        }

        if (capture.Text("comm") is { } comm && capture.Name is not ("race_smp" or "oops_limit" or "kill_init" or "hung_abba"))
        {
            Assert.Equal(comm, reports[0].Comm);
        }

        Assert.All(reports, r => Assert.False(r.Corrupted && capture.Way != "basic" && capture.Name != "race_smp", r.CorruptedReason));
    }

    [Theory]
    [InlineData("basic")]
    [InlineData("ext")]
    public void TwoOopsesThenPanic_Analyzed_AreThreeCrashesOfTheirOwn(string way)
    {
        var reports = CrashAnalyzer.Analyze(CaptureFiles.Scene("two_oopses_then_panic", way).Log);
        Assert.Equal(["cm_null_read", "cm_gpf_read", "cm_hrtimer_fn"], reports.Select(r => r.Function));
        Assert.Equal([1, 2, 3], reports.Select(r => r.OopsNumber));
        Assert.Equal([false, false, true], reports.Select(r => r.Fatal));
        Assert.Equal([false, true, true], reports.Select(r => r.Aftermath));
    }

    [Theory]
    [InlineData("basic")]
    [InlineData("ext")]
    public void WarnStorm_Analyzed_CountsEveryWarning(string way)
    {
        var reports = CrashAnalyzer.Analyze(CaptureFiles.Scene("warn_storm", way).Log);
        Assert.Equal(200, reports.Count);
        Assert.Equal(100, reports.Count(r => r.Function == "cm_storm_a"));
        Assert.Equal(50, reports.Count(r => r.Function == "cm_storm_b"));
        Assert.Equal(50, reports.Count(r => r.Function == "cm_storm_c"));
    }

    [Fact]
    public void WarnStormOnTwoCpus_Analyzed_NamesOnlyItsThreeSites()
    {
        var reports = CrashAnalyzer.Analyze(CaptureFiles.Scene("warn_storm_two_cpus", "basic").Log);
        Assert.InRange(reports.Count, 105, 109);
        Assert.All(reports, r => Assert.StartsWith("cm_storm_", r.Function, StringComparison.Ordinal));
    }

    [Fact]
    public void NullRead_Analyzed_CarriesAllFacts()
    {
        var report = Assert.Single(CrashAnalyzer.Analyze(CaptureFiles.Cases.Single(c => c.ToString() == "null_read.ext").Log));
        Assert.Equal(CrashKind.NullPointer, report.Kind);
        Assert.Equal(CrashClass.BadAccess, report.Class);
        Assert.Equal("crashme", report.Module);
        Assert.Equal("nginx", report.Comm);
        Assert.Equal("6.1.0-56-amd64", report.KernelRelease);
        Assert.Equal("GOE", report.Taint);
        Assert.StartsWith("QEMU", report.Hardware, StringComparison.Ordinal);
        Assert.Contains(report.Modules, m => m is { Name: "crashme", Flags: "OE" });
        Assert.Equal("0000000000000018", report.Access?.Address);
        Assert.False(report.Access?.Write);
        Assert.Equal("0000000000000000", report.Registers.Single(r => r.Name == "RDI").Value);
        var faulting = Assert.Single(report.Code!.Instructions, i => i.IsFaulting);
        Assert.Equal("movsxd rax, [rdi+0x18]", faulting.Text);
        Assert.Contains("address 0x18", faulting.Note, StringComparison.Ordinal);
        Assert.Equal("cm_null_read", Assert.Single(report.Frames, f => f.IsGuilty).Function);
        Assert.NotEmpty(report.Explanation);
    }
}

using Mayday.Analysis;

namespace Mayday.Store.Crashes;

/// <summary>How good a copy of a report is. The best copy leads: its text, frames and completeness are what people see.</summary>
internal static class WitnessQuality
{
    /// <summary>Taken off a copy whose log is not kept: it never takes the lead from one that can be read.</summary>
    public const int WithoutLog = 1000;

    public static int Of(CrashReport report, bool? complete) =>
        (report.Corrupted ? 0 : 100)
        + complete switch { true => 20, null => 10, false => 0 }
        // Of two equal copies the one that also saw the machine die tells more.
        + (report.Panic is null ? 0 : 2)
        + (report.Fatal ? 1 : 0);
}

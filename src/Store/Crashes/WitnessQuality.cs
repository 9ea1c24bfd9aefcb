using Mayday.Analysis;

namespace Mayday.Store.Crashes;

/// <summary>Rates a copy of a report. The best copy leads: people see its text, frames and completeness.</summary>
internal static class WitnessQuality
{
    /// <summary>Subtracted for a copy without a log, so that it never replaces one with a log.</summary>
    public const int WithoutLog = 1000;

    public static int Of(CrashReport report, bool? complete) =>
        (report.Corrupted ? 0 : 100)
        + complete switch { true => 20, null => 10, false => 0 }
        // Of two equal copies, the one with the panic tells more.
        + (report.Panic is null ? 0 : 2)
        + (report.Fatal ? 1 : 0);
}

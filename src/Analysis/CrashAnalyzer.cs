using Mayday.Analysis.Reports;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis;

/// <summary>
/// Turns kernel log text into crash reports. Pure: no I/O, no clock, no state between calls. Never throws, whatever the input.
/// </summary>
public static class CrashAnalyzer
{
    /// <summary>
    /// Version of the analysis, stored with every crash. Raise it when titles, functions or signatures can change: stored dumps are then
    /// analysed again.
    /// </summary>
    public const int Version = 6;

    /// <summary>Finds every crash in <paramref name="log"/>, in the order of their first lines.</summary>
    /// <param name="log">
    /// Kernel log bytes, UTF-8 or not, with any framing: <c>&lt;N&gt;</c> prefixes (a facility above 0 is user space and never a crash),
    /// timestamps, caller fields, syslog prefixes. Gap marks (<see cref="GapMark"/>) stand where text is missing.
    /// </param>
    public static IReadOnlyList<CrashReport> Analyze(ReadOnlySpan<byte> log)
    {
        var texts = new ReportAssembler(RuleBook.Default).Read(log);
        if (texts.Count == 0)
        {
            return [];
        }

        var builder = new ReportBuilder(RuleBook.Default);
        var reports = new List<CrashReport>(texts.Count);
        var boot = -1;
        foreach (var text in texts)
        {
            // After a new boot a crash is not aftermath of an earlier one. The report of the reboot itself does not count as the first
            // crash.
            reports.Add(builder.Build(text, aftermath: text.Boot == boot));
            boot = text.Rule.Role == FormatRole.Reboot ? -1 : text.Boot;
        }

        return reports;
    }
}

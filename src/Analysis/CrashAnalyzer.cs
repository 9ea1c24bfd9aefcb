using Mayday.Analysis.Reports;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis;

/// <summary>Kernel log text in, crash reports out. Pure: no I/O, no clock, no state between calls; never throws on any input.</summary>
public static class CrashAnalyzer
{
    /// <summary>Stored beside every crash; raise it whenever titles, functions or signatures can change, so that stored dumps can be read again.</summary>
    public const int Version = 6;

    /// <summary>Finds every crash in <paramref name="log"/>, in the order of their first lines.</summary>
    /// <param name="log">
    /// Kernel log bytes, UTF-8 or not, any framing: <c>&lt;N&gt;</c> prefixes (facility above 0 is user space and never a crash),
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
            // The machine came up again, the reboot itself aside: what dies now dies of something new.
            reports.Add(builder.Build(text, aftermath: text.Boot == boot));
            boot = text.Rule.Role == FormatRole.Reboot ? -1 : text.Boot;
        }

        return reports;
    }
}

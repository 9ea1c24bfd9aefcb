using Mayday.Analysis.Lines;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis.Reports;

/// <summary>Detects unexpected reboots: the machine boots again, but the log shows neither a shutdown nor a crash.</summary>
internal sealed partial class ReportAssembler
{
    private bool Reboot(FormatRule rule, Captures captures, in FramedLine framed, int start, int end, ReadOnlySpan<char> text, ReadOnlySpan<byte> log)
    {
        CloseAll();
        _boot++;
        // A boot loader's banner proves a new boot. "Linux version" alone may follow a few stray lines, so it counts only after
        // MinEarlierLines lines of an earlier boot.
        var proven = text.StartsWith("Booting", StringComparison.Ordinal) || _sawFirmware || _earlierLines >= MinEarlierLines;
        var unexpected = _sawEarlierBoot && proven && !_shutdownAnnounced && !_rebootReported && _last is null;
        _earlierLines = 0;
        _sawFirmware = false;
        _rebootReported = true;
        _shutdownAnnounced = false;
        _last = null;
        if (!unexpected)
        {
            return true;
        }

        var report = new ReportText(rule, captures, 0, start, framed.Time) { LineNumber = _lineNumber, Boot = _boot };
        report.Lines.Add(new ReportLine(start, end, text.ToString(), LineShape.Known, null, null));
        report.End = end;
        _done.Add(report);
        return true;
    }

    /// <summary>
    /// Records what the next "Linux version" line needs to know: whether the machine ran before it, and whether it announced a shutdown.
    /// </summary>
    private void Boot(ReadOnlySpan<char> text)
    {
        if (IsFirmware(text))
        {
            _sawFirmware |= _sawEarlierBoot && !text.Trim().IsEmpty;
        }
        else
        {
            _sawEarlierBoot = true;
            _earlierLines++;
        }

        if (text.StartsWith("reboot: ", StringComparison.Ordinal) || text.StartsWith("Restarting system", StringComparison.Ordinal)
            || text.StartsWith("Power down", StringComparison.Ordinal) || text.StartsWith("kexec_core: Starting new kernel", StringComparison.Ordinal))
        {
            _shutdownAnnounced = true;
        }
        else if (_rebootReported)
        {
            // This boot belongs to the reboot already reported. The next boot counts again.
            _rebootReported = text.StartsWith("Linux version", StringComparison.Ordinal);
        }
    }

    private static bool IsFirmware(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        return text.IsEmpty || text.StartsWith("SeaBIOS", StringComparison.Ordinal) || text.StartsWith("iPXE", StringComparison.Ordinal) || text.StartsWith("Booting from", StringComparison.Ordinal)
            || text.StartsWith("Machine UUID", StringComparison.Ordinal) || text.StartsWith("Press ", StringComparison.Ordinal) || text.StartsWith("early console", StringComparison.Ordinal)
            || text.StartsWith("Decompressing", StringComparison.Ordinal) || text.StartsWith("Booting", StringComparison.Ordinal) || text.StartsWith("KASLR", StringComparison.Ordinal)
            || text.StartsWith("Probing EDD", StringComparison.Ordinal) || text.StartsWith("GRUB", StringComparison.Ordinal) || text.IndexOf('\x1b') >= 0;
    }
}

using Mayday.Analysis.Lines;
using Mayday.Analysis.Rules;

namespace Mayday.Analysis.Reports;

/// <summary>A machine that boots without having said goodbye or died aloud has rebooted unexpectedly.</summary>
internal sealed partial class ReportAssembler
{
    private bool Reboot(FormatRule rule, Captures captures, in FramedLine framed, int start, int end, ReadOnlySpan<char> text, ReadOnlySpan<byte> log)
    {
        CloseAll();
        _boot++;
        // A boot loader's banner is proof; "Linux version" alone may only follow stray lines, so it takes a stretch of the earlier boot.
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

    /// <summary>Keeps what a later "Linux version" line needs: was this machine up before, and did it say goodbye?</summary>
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
            // The boot after a reboot: the next one counts again.
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

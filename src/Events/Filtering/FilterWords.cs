using System.Globalization;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Events.Filtering;

/// <summary>The words that stand for numbers: severities, record forms, flags, standard facilities.</summary>
public static class FilterWords
{
    /// <summary>The word that Mayday writes for each severity.</summary>
    public static IReadOnlyList<string> Severities { get; } = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

    public static IReadOnlyList<string> Formats { get; } = ["NODATA", "BINARY", "STRING", "PRINTF"];

    public static IReadOnlyList<string> Transports { get; } = ["evlog", "netlink", "http"];

    public static IReadOnlyList<(string Word, EvlogFlags Flag)> Flags { get; } =
    [
        ("TRUNCATE", EvlogFlags.Truncate),
        ("KERNEL", EvlogFlags.KernelEvent),
        ("INITIAL_BOOT", EvlogFlags.InitialBootEvent),
        ("KERNTIME_LOCAL", EvlogFlags.KernelTimeLocal),
        ("INTERRUPT", EvlogFlags.Interrupt),
        ("PRINTK", EvlogFlags.Printk),
        ("EVTYCRC", EvlogFlags.EventTypeCrc),
    ];

    /// <summary>Syslog's facilities and their codes, which evlog wrote as numbers.</summary>
    public static IReadOnlyList<(string Word, int Code)> Facilities { get; } =
    [
        ("kern", 0), ("user", 8), ("mail", 16), ("daemon", 24), ("auth", 32), ("syslog", 40), ("lpr", 48), ("news", 56), ("uucp", 64), ("cron", 72),
        ("authpriv", 80), ("ftp", 88), ("logmgmt", 96), ("local0", 128), ("local1", 136), ("local2", 144), ("local3", 152), ("local4", 160),
        ("local5", 168), ("local6", 176), ("local7", 184),
    ];

    /// <summary>The flags as words, for example "KERNEL INTERRUPT"; empty if none is set.</summary>
    public static string OfFlags(EvlogFlags flags) => string.Join(' ', Flags.Where(known => (flags & known.Flag) != 0).Select(known => known.Word));

    public static string OfSeverity(Severity severity) => Severities[Math.Min((int)severity, 7)];

    public static bool TrySeverity(string word, out Severity severity)
    {
        var plain = word.StartsWith("LOG_", StringComparison.OrdinalIgnoreCase) ? word[4..] : word;
        var found = plain.ToLowerInvariant() switch
        {
            "emerg" or "emergency" or "panic" => 0,
            "alert" => 1,
            "crit" or "critical" => 2,
            "err" or "error" => 3,
            "warning" or "warn" => 4,
            "notice" => 5,
            "info" or "informational" => 6,
            "debug" => 7,
            [>= '0' and <= '7'] and var digit => digit[0] - '0',
            _ => -1,
        };
        severity = (Severity)Math.Max(0, found);
        return found >= 0;
    }

    public static bool TryFormat(string word, out EvlogFormat format)
    {
        for (var i = 0; i < Formats.Count; i++)
        {
            if (string.Equals(Formats[i], word, StringComparison.OrdinalIgnoreCase))
            {
                format = (EvlogFormat)i;
                return true;
            }
        }

        format = default;
        return false;
    }

    public static bool TryFlag(string word, out EvlogFlags flag)
    {
        var plain = word.ToUpperInvariant() switch
        {
            "KERNEL_EVENT" => "KERNEL",
            "INITIAL_BOOT_EVENT" => "INITIAL_BOOT",
            "EVENTTYPECRC" => "EVTYCRC",
            var other => other,
        };
        foreach (var (known, value) in Flags)
        {
            if (known == plain)
            {
                flag = value;
                return true;
            }
        }

        flag = default;
        return false;
    }
}

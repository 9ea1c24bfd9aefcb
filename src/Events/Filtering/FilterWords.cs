using System.Globalization;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Query.Fields;

namespace Mayday.Events.Filtering;

/// <summary>The words that stand for numbers: severities, record forms, flags, standard facilities.</summary>
public static class FilterWords
{
    /// <summary>The word that Mayday writes for each severity.</summary>
    public static IReadOnlyList<string> Severities { get; } = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

    /// <summary>All names of each severity, syslog's and evlog's.</summary>
    public static IReadOnlyList<FieldWord> SeverityNames { get; } =
        [.. Severities.Select((word, number) => new FieldWord(word, string.Create(CultureInfo.InvariantCulture, $"{number}"), number, SeverityAliases(word)))];

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

    /// <summary>By any of its names, in any case, or by its digit.</summary>
    public static bool TrySeverity(string word, out Severity severity)
    {
        var known = SeverityNames.FirstOrDefault(name => name.Is(word));
        var number = known is not null ? (int)known.Number : word is [>= '0' and <= '7'] ? word[0] - '0' : -1;
        severity = (Severity)Math.Max(0, number);
        return number >= 0;
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

    private static string[] SeverityAliases(string word)
    {
        string[] others = word switch
        {
            "emerg" => ["emergency", "panic"],
            "crit" => ["critical"],
            "err" => ["error"],
            "warning" => ["warn"],
            "info" => ["informational"],
            _ => [],
        };
        return [.. others, .. others.Append(word).Select(known => $"LOG_{known}")];
    }
}

using System.Globalization;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Events.Filtering;

/// <summary>The words that stand for numbers: severities, formats, flags, standard facilities, spans of time.</summary>
public static class FilterWords
{
    /// <summary>The word of each severity that Mayday itself writes.</summary>
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

    /// <summary>Syslog's facilities and their codes: evlog wrote these by number.</summary>
    public static IReadOnlyList<(string Word, int Code)> Facilities { get; } =
    [
        ("kern", 0), ("user", 8), ("mail", 16), ("daemon", 24), ("auth", 32), ("syslog", 40), ("lpr", 48), ("news", 56), ("uucp", 64), ("cron", 72),
        ("authpriv", 80), ("ftp", 88), ("logmgmt", 96), ("local0", 128), ("local1", 136), ("local2", 144), ("local3", 152), ("local4", 160),
        ("local5", 168), ("local6", 176), ("local7", 184),
    ];

    /// <summary>"KERNEL INTERRUPT"; empty without any.</summary>
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

    /// <summary>A whole or broken number, decimal or hexadecimal with 0x; at most 64 bits, either sign.</summary>
    public static bool TryNumber(string word, out decimal number)
    {
        if (word.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            var isHex = ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits);
            number = bits;
            return isHex;
        }

        return decimal.TryParse(word, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && char.IsAsciiDigit(word[^1]) && number is >= long.MinValue and <= ulong.MaxValue;
    }

    /// <summary>90s, 30m, 2h, 7d, 1w; a number alone is seconds. At most a hundred years.</summary>
    public static bool TryAge(string word, out TimeSpan age)
    {
        age = default;
        if (word.Length == 0)
        {
            return false;
        }

        var unit = char.ToLowerInvariant(word[^1]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 604_800, _ => 0 };
        var digits = unit == 0 ? word.AsSpan() : word.AsSpan(0, word.Length - 1);
        const long HundredYears = 100L * 366 * 86_400;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > HundredYears)
        {
            return false;
        }

        var seconds = number * Math.Max(1, unit);
        age = TimeSpan.FromSeconds(Math.Min(seconds, HundredYears));
        return seconds <= HundredYears;
    }

    private static readonly string[] s_times =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFF", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK",
    ];

    /// <summary>A day or a moment; UTC where no offset is written.</summary>
    public static bool TryTime(string word, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        word, s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}

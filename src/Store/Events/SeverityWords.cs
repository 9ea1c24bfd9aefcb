using System.Globalization;
using Mayday.Events.Filtering;
using Mayday.Protocol;

namespace Mayday.Store.Events;

/// <summary>Severities as the kernel and syslog write them: what API, command line and pages show and take.</summary>
public static class SeverityWords
{
    /// <summary>By number: 0 emerg to 7 debug.</summary>
    public static IReadOnlyList<string> All => FilterWords.Severities;

    public static string Of(Severity severity) => (int)severity < All.Count ? All[(int)severity] : ((int)severity).ToString(CultureInfo.InvariantCulture);

    public static bool TryParse(string word, out Severity severity)
    {
        for (var number = 0; number < All.Count; number++)
        {
            if (All[number] == word)
            {
                severity = (Severity)number;
                return true;
            }
        }

        severity = default;
        return false;
    }
}

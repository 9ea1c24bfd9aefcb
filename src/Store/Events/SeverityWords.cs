using System.Globalization;
using Mayday.Events.Filtering;
using Mayday.Protocol;

namespace Mayday.Store.Events;

/// <summary>Severity names as the kernel and syslog write them. The API, the command line and the pages show and accept them.</summary>
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

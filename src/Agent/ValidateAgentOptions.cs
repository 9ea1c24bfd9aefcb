using System.Globalization;
using Mayday.Agent.Forwarding;
using Mayday.Linux.Netlink;

namespace Mayday.Agent;

/// <summary>Reports all mistakes at once, each with its configuration key, so that one start shows all of them.</summary>
public static class ValidateAgentOptions
{
    // RFC 1035, 2.3.4.
    private const int MostHost = 253;

    /// <summary>Finds what is wrong.</summary>
    /// <param name="options">The options.</param>
    /// <returns>A sentence each; none when they can be used.</returns>
    public static IReadOnlyList<string> FindErrors(AgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(options.To))
        {
            Wrong("To", "is not set: say where the collector is, as --to http://HOST:8080 or in the settings");
        }
        else if (!Uri.TryCreate(options.To, UriKind.Absolute, out var to) || to.Scheme is not ("http" or "https") || to.Host.Length == 0 || to.Query.Length > 0)
        {
            Wrong("To", $"must be an address like http://10.0.0.9:8080, not '{options.To}'");
        }

        if (string.IsNullOrWhiteSpace(options.Host) || options.Host.Length > MostHost || options.Host.Any(char.IsControl))
        {
            Wrong("Host", $"must be a name of 1 to {MostHost} characters without control characters");
        }

        if (options.Token is { } token && (token.Length == 0 || token.Any(letter => letter is <= ' ' or > '~')))
        {
            Wrong("Token", "must be printable ASCII without blanks, or absent");
        }

        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromMinutes(10))
        {
            Wrong("Timeout", $"must be 1 second to 10 minutes, not {options.Timeout}");
        }

        if (!OutgoingEventJson.TryParseSeverity(options.Kmsg.Severity ?? "", out _))
        {
            Wrong("Kmsg:Severity", $"must be emerg, alert, crit, err, warning, notice, info, debug or 0 to 7, not '{options.Kmsg.Severity}'");
        }

        foreach (var path in options.Kmsg.Catalogues.Where(path => !File.Exists(path) && !Directory.Exists(path)))
        {
            Wrong("Kmsg:Catalogues", $"names '{path}', which is not there; `mayday agent catalogue` makes one");
        }

        foreach (var listen in options.Evlog.Listen.Where(listen => !NetlinkGroups.TryParse(listen, out _)))
        {
            Wrong("Evlog:Listen", $"must be PROTOCOL:GROUPS[:user], as 2:3:user, not '{listen}'");
        }

        foreach (var _ in options.Dumps.Folders.Where(string.IsNullOrWhiteSpace))
        {
            Wrong("Dumps:Folders", "must name folders");
        }

        if (options.Spool.Directory is { } directory && string.IsNullOrWhiteSpace(directory))
        {
            Wrong("Spool:Directory", "must be a folder, or absent for the default");
        }

        if (options.Spool.MaxBytes is < (1 << 20) or > (1L << 40))
        {
            Wrong("Spool:MaxBytes", string.Create(CultureInfo.InvariantCulture, $"must be {1 << 20} to {1L << 40}, not {options.Spool.MaxBytes}"));
        }

        if (!options.Kmsg.Enabled && !options.Uevents.Enabled && options.Evlog.Listen.Count == 0 && !options.Dumps.Enabled)
        {
            Wrong("Kmsg:Enabled", "is off, as everything else is: there would be nothing to do");
        }

        return errors;

        void Wrong(string key, string what) => errors.Add($"{AgentOptions.Section}:{key} {what}.");
    }
}

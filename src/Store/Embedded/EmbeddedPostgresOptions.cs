using Mayday.Linux.Processes;

namespace Mayday.Store.Embedded;

public sealed record EmbeddedPostgresOptions
{
    /// <summary>Mayday's data directory. The cluster is in its "postgres" folder.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The directory of initdb and postgres. Null searches the usual places of the distributions, then PATH.</summary>
    public string? BinaryDirectory { get; init; }

    /// <summary>Settings that override Mayday's defaults, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Limit for a start. Recovery after a power failure replays at most max_wal_size (2 GB), which takes well under a minute on a current
    /// disk.
    /// </summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// Limit for a fast shutdown, which writes memory to disk. After that, an immediate shutdown follows, and recovery runs at the next
    /// start.
    /// </summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>/var/lib/mayday for root, else ~/.local/share/mayday.</summary>
    public static string DefaultDataDirectory => CurrentUser.IsRoot
        ? "/var/lib/mayday"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "mayday");
}

/// <summary>The private Postgres could not be started or stopped. The message says what happened, what it means and what to do.</summary>
public sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);

using Mayday.Linux.Processes;

namespace Mayday.Store.Embedded;

public sealed record EmbeddedPostgresOptions
{
    /// <summary>Mayday's data directory; the cluster lives in its folder "postgres".</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where initdb and postgres are; null looks in the places where distributions put them, then in PATH.</summary>
    public string? BinaryDirectory { get; init; }

    /// <summary>Settings that override Mayday's own, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Recovery after a power cut replays at most max_wal_size (2 GB), well under a minute on a disk of our time.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A fast stop writes what is in memory; after this long it is told to leave at once and recover at the next start.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>/var/lib/mayday for root, else ~/.local/share/mayday.</summary>
    public static string DefaultDataDirectory => CurrentUser.IsRoot
        ? "/var/lib/mayday"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "mayday");
}

/// <summary>The private Postgres could not be started or stopped; the message says what happened, what it means and what to do.</summary>
public sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);

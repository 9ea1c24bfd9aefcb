using System.Globalization;

namespace Mayday.Store.Embedded;

/// <summary>One installed Postgres server: its directory and its major version.</summary>
internal sealed record ServerBinaries(string Directory, int Major)
{
    // Older versions have no lz4 compression (added in 14) or are out of support (13 since November 2025).
    private const int OldestMajor = 14;

    private const string Remedy = "Install it (Debian and Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server), "
        + "or give Mayday a server you have: a connection string in MAYDAY_Store__ConnectionString.";

    public string InitDb => Path.Combine(Directory, "initdb");

    public string PgCtl => Path.Combine(Directory, "pg_ctl");

    /// <summary>Finds the newest server, or the one with the major version of an existing cluster.</summary>
    public static async Task<ServerBinaries> FindAsync(string? directory, int? clusterMajor, string clusterDirectory, CancellationToken cancellation)
    {
        var found = new List<ServerBinaries>();
        foreach (var candidate in directory is null ? Candidates() : [directory])
        {
            if (File.Exists(Path.Combine(candidate, "initdb")) && File.Exists(Path.Combine(candidate, "postgres")))
            {
                found.Add(new ServerBinaries(candidate, await MajorOfAsync(candidate, cancellation).ConfigureAwait(false)));
            }
        }

        var usable = found.Where(server => server.Major >= OldestMajor).OrderByDescending(server => server.Major).ToArray();
        if (usable.Length == 0)
        {
            throw new EmbeddedPostgresException(found.Count == 0
                ? $"No Postgres server is installed here{(directory is null ? "" : $" in {directory}")}, so Mayday cannot run its own database. {Remedy}"
                : $"Only Postgres {found.Max(server => server.Major)} is installed; Mayday needs {OldestMajor} or newer. {Remedy}");
        }

        if (clusterMajor is not { } major)
        {
            return usable[0];
        }

        return Array.Find(usable, server => server.Major == major) ?? throw new EmbeddedPostgresException(
            $"The database in {clusterDirectory} was made by Postgres {major}, "
            + $"but installed is {string.Join(", ", usable.Select(server => server.Major))}, "
            + $"which cannot read it. Also install Postgres {major} (Debian: apt-get install postgresql-{major}), "
            + $"or convert the directory with pg_upgrade, or start with another data directory (--data).");
    }

    private static IEnumerable<string> Candidates()
    {
        // Debian and Ubuntu; then Red Hat's community packages; then PATH (most other distributions).
        foreach (var pattern in new[] { ("/usr/lib/postgresql", "bin"), ("/usr", "bin") })
        {
            if (!System.IO.Directory.Exists(pattern.Item1))
            {
                continue;
            }

            foreach (var version in System.IO.Directory.EnumerateDirectories(pattern.Item1, pattern.Item1 == "/usr" ? "pgsql-*" : "*"))
            {
                yield return Path.Combine(version, pattern.Item2);
            }
        }

        foreach (var directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            yield return directory;
        }
    }

    private static async Task<int> MajorOfAsync(string directory, CancellationToken cancellation)
    {
        // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
        var output = await ServerCommand.RunAsync(Path.Combine(directory, "postgres"), ["--version"], account: null, cancellation).ConfigureAwait(false);
        var word = output.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(2) ?? "";
        var digits = new string([.. word.TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
    }
}

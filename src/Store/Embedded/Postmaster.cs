using System.Globalization;

namespace Mayday.Store.Embedded;

/// <summary>A running server as its postmaster.pid describes it.</summary>
internal sealed record Postmaster(int ProcessId, string SocketDirectory)
{
    public static string FileOf(string clusterDirectory) => Path.Combine(clusterDirectory, "postmaster.pid");

    /// <summary>Finds the server that runs in <paramref name="clusterDirectory"/>. Null if none runs, whatever the pid file says.</summary>
    public static Postmaster? Find(string clusterDirectory)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(FileOf(clusterDirectory));
        }
        catch (IOException)
        {
            return null;
        }

        // Lines: pid, data directory, start time, port, socket directory, address, shared memory, state.
        if (lines.Length < 5 || !int.TryParse(lines[0].Trim(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var process))
        {
            return null;
        }

        var postmaster = new Postmaster(Math.Abs(process), lines[4].Trim());
        return postmaster.RunsIn(clusterDirectory) ? postmaster : null;
    }

    /// <summary>The working directory of a postmaster is its cluster. So a reused process id is not mistaken for the server.</summary>
    public bool RunsIn(string clusterDirectory)
    {
        try
        {
            var proc = $"/proc/{ProcessId.ToString(CultureInfo.InvariantCulture)}";
            return new DirectoryInfo(proc + "/cwd").LinkTarget == clusterDirectory
                && File.ReadAllText(proc + "/comm").Trim() is "postgres" or "postmaster"
                && !IsZombie(File.ReadAllText(proc + "/stat"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Format of /proc/PID/stat: "123 (postgres) Z 1 …"
    private static bool IsZombie(string stat) => stat.LastIndexOf(") Z", StringComparison.Ordinal) > 0;
}

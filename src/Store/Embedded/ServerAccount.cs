using System.Globalization;
using Mayday.Linux.Files;
using Mayday.Linux.Processes;

namespace Mayday.Store.Embedded;

/// <summary>
/// The user that runs the server: the current user, or postgres if that is root, because Postgres refuses to run as root.
/// </summary>
internal sealed record ServerAccount(uint UserId, uint GroupId, IReadOnlyList<string> Prefix)
{
    private const string Name = "postgres";

    private bool IsOther => Prefix.Count > 0;

    public static async Task<ServerAccount> FindAsync(CancellationToken cancellation)
    {
        if (!CurrentUser.IsRoot)
        {
            return new ServerAccount(CurrentUser.Id, 0, []);
        }

        var user = await IdAsync("-u", cancellation).ConfigureAwait(false);
        var group = await IdAsync("-g", cancellation).ConfigureAwait(false);
        return new ServerAccount(user, group, ["runuser", "-u", Name, "--"]);
    }

    /// <summary>Makes a directory that only the server's user (and root) can use.</summary>
    public void MakePrivate(string directory)
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            if (new DirectoryInfo(directory).LinkTarget is not null)
            {
                throw new EmbeddedPostgresException($"{directory} is a symbolic link, but Mayday needs its own directory there. Remove the link.");
            }

            Directory.CreateDirectory(directory, Private);
            // Also for an existing directory: setting the mode fails if it belongs to someone else.
            File.SetUnixFileMode(directory, Private);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new EmbeddedPostgresException(
                $"{directory} cannot be created or belongs to another user: {e.Message} Choose another data directory (--data).", e);
        }

        if (IsOther)
        {
            try
            {
                FileOwner.Change(directory, UserId, GroupId);
            }
            catch (IOException e)
            {
                throw new EmbeddedPostgresException($"{directory} cannot be given to the database's user: {e.Message}.", e);
            }
        }
    }

    /// <summary>Fails if the server's user cannot reach the directory. The message names the directory that blocks access.</summary>
    public async Task CheckReachableAsync(string directory, CancellationToken cancellation)
    {
        if (!IsOther)
        {
            return;
        }

        for (var current = Path.GetPathRoot(directory)!; ; current = Next(current, directory))
        {
            var answer = await ServerCommand.RunAsync("test", ["-x", current], this, cancellation).ConfigureAwait(false);
            if (answer.ExitCode != 0)
            {
                throw new EmbeddedPostgresException(
                    $"The user {Name}, which runs the database because root may not, cannot enter {current}, "
                    + $"so {directory} cannot hold Mayday's data. "
                    + $"Choose a directory that it can reach (the default is {EmbeddedPostgresOptions.DefaultDataDirectory}), "
                    + $"or allow access: chmod o+x {current}");
            }

            if (current == directory)
            {
                return;
            }
        }
    }

    private static string Next(string current, string target)
    {
        var end = target.IndexOf('/', current.Length == 1 ? 1 : current.Length + 1);
        return end < 0 ? target : target[..end];
    }

    private static async Task<uint> IdAsync(string what, CancellationToken cancellation)
    {
        var answer = await ServerCommand.RunAsync("id", [what, Name], account: null, cancellation).ConfigureAwait(false);
        return answer.ExitCode == 0 && uint.TryParse(answer.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new EmbeddedPostgresException(
                $"Mayday runs as root, which Postgres refuses, and there is no user {Name} to run it as. "
                + $"Install the server package (apt-get install postgresql), which creates that user, or run mayday as an ordinary user.");
    }
}

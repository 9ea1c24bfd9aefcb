using System.Globalization;

namespace Mayday.Store.Embedded;

/// <summary>
/// A lock on a data directory, held while a Mayday process uses it. The kernel releases the lock however the process ends.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private const string LockName = "mayday.lock";
    private const string ProcessName = "mayday.pid";

    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    public static DirectoryLock Take(string directory)
    {
        var path = Path.Combine(directory, LockName);
        try
        {
            // On Linux, FileShare.None is flock(2). Nobody reads this file, because reading would need the lock, too.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(Path.Combine(directory, ProcessName), Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            return new DirectoryLock(file);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException(
                $"{path} cannot be written: {e.Message} Run mayday as the user who owns the directory, or choose another directory (--data).", e);
        }
        catch (IOException e)
        {
            throw new EmbeddedPostgresException(
                $"Another mayday{Holder(directory)} uses {directory}: two processes would destroy the database. "
                + $"Stop the other process first, or choose another directory (--data).",
                e);
        }
    }

    public void Dispose() => _file.Dispose();

    private static string Holder(string directory)
    {
        try
        {
            return $" (process {File.ReadAllText(Path.Combine(directory, ProcessName)).Trim()})";
        }
        catch (IOException)
        {
            return "";
        }
    }
}

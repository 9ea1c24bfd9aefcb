using System.Globalization;
using Mayday.Protocol;
using Mayday.Protocol.Pstore;

namespace Mayday.Agent.Forwarding;

/// <summary>Sends what an earlier crash of this machine left: pstore files and kdump's logs. The files stay where they are. A list beside
/// the spool records which were sent, and the collector recognises a log that arrives twice.</summary>
internal sealed class DumpHandIn(CollectorClient client, string stateFile, IReadOnlyList<string> folders, TimeProvider time, Random random, Action<AgentNotice> tell)
{
    // The collector's limit (docs/api.md, POST /dumps).
    private const long MostBytes = 64L << 20;

    // systemd keeps one folder per dump with one folder per part in it; /var/crash has one folder per crash. The limit stops a malicious
    // folder tree.
    private const int MostDepth = 3;
    private const int MostFiles = 10_000;

    private sealed record Found(string Key, Func<byte[]> Read, DateTime WrittenAt);

    /// <summary>Searches once, and sends until everything found is accepted.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(random);
        var handed = LoadHanded();
        var found = folders.SelectMany(Find).ToList();
        var waiting = new Queue<Found>(found.Where(dump => !handed.Contains(dump.Key)));
        bool? isForeignTold = null;
        while (waiting.TryDequeue(out var dump))
        {
            stopping.ThrowIfCancellationRequested();
            if (TryRead(dump) is not { Length: > 0 } text)
            {
                continue;
            }

            var answer = await client.PostDumpAsync(text, dump.WrittenAt, stopping).ConfigureAwait(false);
            if (answer.Outcome == HandIn.Later)
            {
                // Goes to the end of the queue: a dump that always fails must not delay the others.
                waiting.Enqueue(dump);
                if (isForeignTold is null || answer.IsForeign && isForeignTold == false)
                {
                    isForeignTold = answer.IsForeign;
                    tell(NotTaken(dump, answer));
                }

                await Task.Delay(backoff.Next(answer.RetryAfter), time, stopping).ConfigureAwait(false);
                continue;
            }

            backoff.Reset();
            isForeignTold = null;
            handed.Add(dump.Key);
            // Keeps only entries whose files still exist.
            SaveHanded(handed.Intersect(found.Select(one => one.Key), StringComparer.Ordinal));
            tell(answer.Outcome == HandIn.Taken
                ? new AgentNotice(Severity.Notice, $"Handed in what an earlier death left: {dump.Key}")
                : new AgentNotice(Severity.Error, $"The collector refused {dump.Key}: {answer.Reason?.TrimEnd('.')}. The file stays where it is."));
        }
    }

    private static AgentNotice NotTaken(Found dump, HandInAnswer answer) => new(Severity.Warning, answer.IsForeign
        ? $"{dump.Key} is not handed in: {answer.Reason}. Check the collector's address, and any proxy or login page on the way. "
            + "The file stays where it is and is sent again at growing intervals."
        : $"The collector does not take {dump.Key} ({answer.Reason?.TrimEnd('.')}). The file stays where it is and is sent again at growing intervals.");

    private static IEnumerable<Found> Find(string root)
    {
        if (!Directory.Exists(root))
        {
            return [];
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MostDepth, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var files = new DirectoryInfo(root).EnumerateFiles("*dmesg*", options).Take(MostFiles).Where(file => file.Length is > 0 and <= MostBytes).ToList();
        // The parts of a pstore dump are in one folder, or in the folders of one dump; kdump's log is a single file.
        var pstore = files.Where(file => file.Name.StartsWith("dmesg-", StringComparison.Ordinal))
            .GroupBy(file => file.DirectoryName!)
            .SelectMany(OfFolder);
        var kdump = files.Where(file => file.Name.StartsWith("dmesg.", StringComparison.Ordinal) && file.Name != "dmesg.txt" || file.Name == "vmcore-dmesg.txt")
            .Select(file => new Found(KeyOf(file.FullName, file), () => File.ReadAllBytes(file.FullName), file.LastWriteTimeUtc));
        return [.. pstore, .. kdump];
    }

    private static IEnumerable<Found> OfFolder(IGrouping<string, FileInfo> folder)
    {
        var files = folder.ToList();
        var contents = new List<KeyValuePair<string, byte[]>>();
        foreach (var file in files)
        {
            if (TryRead(file.FullName) is { } content)
            {
                contents.Add(new(file.Name, content));
            }
        }

        var newest = files.MaxBy(file => file.LastWriteTimeUtc)!;
        foreach (var dump in PstoreDump.Join(contents))
        {
            var key = string.Create(CultureInfo.InvariantCulture,
                $"{folder.Key} {dump.Backend} {dump.Reason}#{dump.Count} {new DateTimeOffset(newest.LastWriteTimeUtc).ToUnixTimeSeconds()} {SpoolFile.Checksum(dump.Text):x8}");
            yield return new Found(key, () => dump.Text, newest.LastWriteTimeUtc);
        }
    }

    private static string KeyOf(string name, FileInfo file) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} {new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeSeconds()} {file.Length}");

    private static byte[]? TryRead(Found dump)
    {
        try
        {
            return dump.Read();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private HashSet<string> LoadHanded()
    {
        try
        {
            return File.Exists(stateFile) ? [.. File.ReadAllLines(stateFile)] : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private void SaveHanded(IEnumerable<string> keys)
    {
        try
        {
            File.WriteAllLines(stateFile + ".new", keys);
            File.Move(stateFile + ".new", stateFile, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            tell(new AgentNotice(Severity.Warning, $"{stateFile} cannot be written ({failure.Message.TrimEnd('.')}): dumps will be handed in again at the next start, and be known."));
        }
    }
}

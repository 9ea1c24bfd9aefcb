using System.Globalization;
using Mayday.Linux.Files;
using Mayday.Linux.Memory;
using Mayday.Linux.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Mayday.Collector.Journal;

/// <summary>
/// The journal files of a collector, one a shard. What cannot be read is put aside and counted; a disk that has no room means a collector without
/// a journal and a plain error, since receiving comes first.
/// </summary>
internal static class JournalDirectory
{
    private const string Extension = ".journal";
    private const string OldExtension = ".old";

    // Limit on leftover files, because each may be as large as all journals together. They appear only when a start is killed whose
    // settings differ from those of the start before.
    private const int MostLeftovers = 4;

    /// <summary>Opens a journal a shard with what was left in each; null entries where there can be none.</summary>
    /// <exception cref="CollectorStartException">The directory cannot be used.</exception>
    public static (ShardJournal? Journal, RestoredJournal[] Left)[] Open(
        CollectorOptions options, IReadOnlyList<ShardCounters> shards, CollectorCounters counters, ILogger log)
    {
        var opened = new (ShardJournal? Journal, RestoredJournal[] Left)[shards.Count];
        Array.Fill(opened, (null, []));
        if (!SocketLayout.IsKnown)
        {
            return opened;
        }

        var directory = Path.GetFullPath(options.Journal.ResolveDirectory());
        var geometry = JournalGeometry.Of(options, shards.Count);
        try
        {
            Directory.CreateDirectory(directory);
            TellLeftovers(directory, log);
            var orphans = TakeOrphans(directory, shards, counters, log);
            for (var i = 0; i < shards.Count; i++)
            {
                opened[i] = OpenShard(directory, i, geometry, shards[i], orphans.GetValueOrDefault(i), counters, log);
            }
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new CollectorStartException(
                $"The journal directory {directory} cannot be written by this user. Set Collector:Journal:Directory to one that can, change its owner, or set Collector:Journal:Enabled to false.", failure);
        }
        catch (IOException failure) when (IsNoSpace(failure))
        {
            counters.JournalFailed();
            CollectorLog.JournalNoSpace(log, directory, geometry.FileBytes * shards.Count);
        }
        catch (IOException failure)
        {
            throw new CollectorStartException(
                $"The journal directory {directory} cannot be used ({failure.Message.TrimEnd('.')}). If another collector uses it, give each its own with Collector:Journal:Directory.", failure);
        }

        return opened;
    }

    private static string PathOf(string directory, int shard) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"shard-{shard}{Extension}"));

    // A start deletes these files once their content is restored. If one still exists, that start did not finish. Part of the file may
    // already be in the journals, so only a person can decide whether to have it read again.
    private static void TellLeftovers(string directory, ILogger log)
    {
        var leftovers = new DirectoryInfo(directory).EnumerateFiles("shard-*" + Extension + OldExtension + "*").OrderByDescending(file => file.LastWriteTimeUtc).ToArray();
        foreach (var file in leftovers[..Math.Min(leftovers.Length, MostLeftovers)])
        {
            CollectorLog.JournalLeftOver(log, file.FullName, file.Length, MostLeftovers);
        }

        foreach (var file in leftovers.Skip(MostLeftovers))
        {
            CollectorLog.JournalLeftOverDeleted(log, file.FullName, MostLeftovers);
            file.Delete();
        }
    }

    private static string NameForLeftover(string path)
    {
        var name = path + OldExtension;
        for (var number = 2; File.Exists(name); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{path}{OldExtension}{number}");
        }

        return name;
    }

    private static (ShardJournal?, RestoredJournal[]) OpenShard(
        string directory, int shard, JournalGeometry wanted, ShardCounters shardCounters, List<RestoredJournal>? orphans, CollectorCounters counters, ILogger log)
    {
        var path = PathOf(directory, shard);
        List<RestoredJournal> left = orphans ?? [];
        if (TryReadExisting(path, shard, shardCounters, counters, log, out var journal, out var restored))
        {
            if (journal.Geometry == wanted)
            {
                // The entries are already in the rings and are used where they are.
                journal.GoOnAfter(restored);
                return (journal, [.. left, restored]);
            }

            journal.Dispose();
            restored.Leftover = NameForLeftover(path);
            left.Add(restored);
            File.Move(path, restored.Leftover);
        }

        return (Create(path, wanted, shardCounters), [.. left]);
    }

    // Entries of shards that no longer exist are given to those that do.
    private static Dictionary<int, List<RestoredJournal>> TakeOrphans(string directory, IReadOnlyList<ShardCounters> shards, CollectorCounters counters, ILogger log)
    {
        var orphans = new Dictionary<int, List<RestoredJournal>>();
        foreach (var path in Directory.EnumerateFiles(directory, "shard-*" + Extension).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (!int.TryParse(name["shard-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < shards.Count)
            {
                continue;
            }

            var heir = number % shards.Count;
            if (TryReadExisting(path, number, shards[heir], counters, log, out var journal, out var restored))
            {
                journal.Dispose();
                if (!orphans.TryGetValue(heir, out var list))
                {
                    orphans.Add(heir, list = []);
                }

                restored.Leftover = NameForLeftover(path);
                list.Add(restored);
                File.Move(path, restored.Leftover);
            }
        }

        return orphans;
    }

    private static bool TryReadExisting(
        string path, int shard, ShardCounters shardCounters, CollectorCounters counters, ILogger log, out ShardJournal journal, out RestoredJournal restored)
    {
        journal = null!;
        restored = null!;
        if (!File.Exists(path))
        {
            return false;
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        var header = new byte[JournalGeometry.HeaderBytes];
        var read = RandomAccess.Read(file.SafeFileHandle, header, 0);
        if (read == header.Length && JournalGeometry.Read(header, file.Length) is { } geometry)
        {
            journal = new ShardJournal(file, FixedMemory.Map(file), geometry, shardCounters);
            if (RestoredJournal.Read(journal, shard) is { } sound)
            {
                restored = sound;
                return true;
            }

            journal.Dispose();
        }
        else
        {
            file.Dispose();
        }

        counters.JournalDamaged();
        var aside = path + ".damaged";
        CollectorLog.JournalDamaged(log, path, aside);
        File.Move(path, aside, overwrite: true);
        return false;
    }

    private static ShardJournal Create(string path, JournalGeometry geometry, ShardCounters counters)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            // Kernel logs are private: only the owner may read the file.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(path, options);
        try
        {
            Reserve(file.SafeFileHandle, geometry.FileBytes);
            var memory = FixedMemory.Map(file);
            new LandingArea(memory.Part(JournalGeometry.HeaderBytes, geometry.LandingBytes), geometry.Slots, geometry.SlotLength).Clear();
            geometry.Write(memory.Span(0, JournalGeometry.HeaderBytes));
            return new ShardJournal(file, memory, geometry, counters);
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    // Allocate every page on disk now: the kernel kills a process (SIGBUS) that writes to a mapped page for which the disk has no room.
    private static void Reserve(SafeFileHandle file, long bytes)
    {
        var error = DiskSpace.Reserve(file, bytes);
        if (error == 0)
        {
            return;
        }

        if (error == DiskSpace.NoSpace)
        {
            throw new IOException($"there is no room for {bytes} bytes", DiskSpace.NoSpace);
        }

        // Where the file system cannot preallocate, write zeros instead.
        var zeros = new byte[1 << 20];
        for (long at = 0; at < bytes; at += zeros.Length)
        {
            RandomAccess.Write(file, zeros.AsSpan(0, (int)Math.Min(zeros.Length, bytes - at)), at);
        }
    }

    private static bool IsNoSpace(IOException failure) => failure.HResult == DiskSpace.NoSpace;
}

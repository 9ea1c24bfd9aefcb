using System.Text;

namespace Mayday.Protocol.Pstore;

/// <summary>One dump joined from the pstore files of its parts.</summary>
public sealed record PstoreDump
{
    /// <summary>The pstore backend: <c>ramoops</c>, <c>efi</c>, <c>erst</c>; empty when the file names do not show it.</summary>
    public required string Backend { get; init; }

    /// <summary>Why the kernel dumped, as written: <c>Oops</c>, <c>Panic</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>Number of this dump within its boot, from 1. An oops and the panic after it are two dumps with consecutive
    /// numbers.</summary>
    public required int Count { get; init; }

    /// <summary>Log text, oldest first.</summary>
    public required byte[] Text { get; init; }

    /// <summary>Missing parts between the first and the last one found, ascending. Missing parts that are older than the last one found
    /// cannot be detected.</summary>
    public required IReadOnlyList<int> MissingParts { get; init; }

    /// <summary>Joins files to dumps: those with the same backend, reason and count, from the highest part down to part 1.</summary>
    /// <param name="files">File names (with or without folders) and contents; files that are no dmesg records are left out.</param>
    /// <returns>The dumps, by backend and count.</returns>
    public static IReadOnlyList<PstoreDump> Join(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var groups = new Dictionary<(string Backend, string Reason, int Count), SortedDictionary<int, byte[]>>();
        foreach (var (name, content) in files)
        {
            if (!PstoreFile.TryParse(content, out var file))
            {
                continue;
            }

            var key = (BackendOf(name), Encoding.ASCII.GetString(file.Reason), file.Count);
            if (!groups.TryGetValue(key, out var parts))
            {
                groups.Add(key, parts = []);
            }
            // Two files have the same part number only when records of two boots are mixed; the first is kept.
            parts.TryAdd(file.Part, file.Text.ToArray());
        }

        return [.. groups
            .Select(group => Build(group.Key.Backend, group.Key.Reason, group.Key.Count, group.Value))
            .OrderBy(dump => dump.Backend, StringComparer.Ordinal).ThenBy(dump => dump.Count).ThenBy(dump => dump.Reason, StringComparer.Ordinal)];
    }

    /// <summary>Takes the backend out of a file name <c>dmesg-backend-id[.enc.z]</c>.</summary>
    /// <param name="fileName">The name, with or without folders.</param>
    /// <returns>The backend; empty when the name has another form.</returns>
    public static string BackendOf(string fileName)
    {
        var parts = Path.GetFileName(fileName).Split('-');
        return parts.Length >= 3 ? string.Join('-', parts[1..^1]) : "";
    }

    private static PstoreDump Build(string backend, string reason, int count, SortedDictionary<int, byte[]> parts)
    {
        var missing = new List<int>();
        var next = 1;
        foreach (var part in parts.Keys)
        {
            // A file may claim any part number. The list is limited, because nobody reads more than a page of missing parts.
            for (; next < part && missing.Count < MaxMissingParts; next++)
            {
                missing.Add(next);
            }

            next = part + 1;
        }

        return new PstoreDump
        {
            Backend = backend,
            Reason = reason,
            Count = count,
            Text = [.. parts.Reverse().SelectMany(part => part.Value)],
            MissingParts = missing,
        };
    }

    private const int MaxMissingParts = 1000;
}

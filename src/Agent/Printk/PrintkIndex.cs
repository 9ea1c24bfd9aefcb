namespace Mayday.Agent.Printk;

/// <summary>
/// Loads printk indexes: the running kernel's own (<c>/sys/kernel/debug/printk/index</c>, since 5.15 with CONFIG_PRINTK_INDEX), or files of
/// the same form, such as <c>mayday agent catalogue</c> writes.
/// </summary>
public static class PrintkIndex
{
    /// <summary>Where the running kernel keeps its index, when debugfs is mounted: one file for <c>vmlinux</c> and one for each loaded
    /// module.</summary>
    public const string KernelFolder = "/sys/kernel/debug/printk/index";

    // A distribution kernel with all its modules has some 200,000 calls in 25 MB.
    private const int MostEntries = 1_000_000;

    /// <summary>The first line of every index.</summary>
    public const string Header = "# <level[,flags]> filename:line function \"format\"";

    /// <summary>Loads one file, or all files of a folder.</summary>
    /// <param name="path">A file or a folder; lines of any other form are passed over.</param>
    /// <returns>The entries, at most 1,000,000.</returns>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static IReadOnlyList<PrintkEntry> Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var entries = new List<PrintkEntry>();
        if (Directory.Exists(path))
        {
            foreach (var file in Directory.EnumerateFiles(path).Order(StringComparer.Ordinal))
            {
                Read(file, entries);
            }
        }
        else
        {
            Read(path, entries);
        }

        return entries;
    }

    private static void Read(string file, List<PrintkEntry> entries)
    {
        var module = Path.GetFileName(file);
        foreach (var line in File.ReadLines(file))
        {
            if (entries.Count >= MostEntries)
            {
                return;
            }
            // A catalogue of several images names each with a comment of its own.
            if (line.StartsWith(ModuleMark, StringComparison.Ordinal))
            {
                module = line[ModuleMark.Length..].Trim();
            }
            else if (PrintkEntry.Parse(line, module) is { } entry)
            {
                entries.Add(entry);
            }
        }
    }

    /// <summary>Begins the part of a catalogue that stems from one image or module; a comment to every other reader.</summary>
    internal const string ModuleMark = "# module ";
}

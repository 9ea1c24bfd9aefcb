using System.Text;

namespace Mayday.Analysis.Tests;

/// <summary>One report of syzkaller's collection: expected titles and the log.</summary>
public sealed record SyzkallerReport(string Name, IReadOnlyList<string> Titles, IReadOnlyList<string> Alternatives, string? Frame, bool Corrupted, byte[] Log);

/// <summary>Reads ../shared/syzkaller in place; it is not part of the project.</summary>
public static class SyzkallerReports
{
    public static string? Folder
    {
        get
        {
            for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            {
                var candidate = Path.Combine(at.FullName, "shared", "syzkaller", "report");
                if (Directory.Exists(candidate))
                {
                    return candidate;
                }
            }

            return null;
        }
    }

    public static List<SyzkallerReport> Read()
    {
        var folder = Folder;
        if (folder is null)
        {
            Assert.Skip("../shared/syzkaller is not here: the score needs its reports");
        }

        var reports = new List<SyzkallerReport>();
        foreach (var path in Directory.EnumerateFiles(folder!).Where(p => Path.GetFileName(p).All(char.IsAsciiDigit)).OrderBy(p => int.Parse(Path.GetFileName(p))))
        {
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(path)).Replace("\r", "", StringComparison.Ordinal);
            var lines = new List<string>();
            string rest;
            if (text.StartsWith('\n'))
            {
                rest = text[1..];
            }
            else
            {
                var head = text.IndexOf("\n\n", StringComparison.Ordinal);
                lines.AddRange((head < 0 ? text : text[..head]).Split('\n'));
                rest = head < 0 ? "" : text[(head + 2)..];
            }

            List<string> Values(string key) => [.. lines.Where(l => l.StartsWith(key + ": ", StringComparison.Ordinal)).Select(l => l[(key.Length + 2)..])];
            var extract = rest.IndexOf("\n\nREPORT:", StringComparison.Ordinal);
            reports.Add(new SyzkallerReport(Path.GetFileName(path), Values("TITLE"), Values("ALT"), Values("FRAME").FirstOrDefault(),
                lines.Exists(l => l.StartsWith("CORRUPTED:", StringComparison.Ordinal)), Encoding.Latin1.GetBytes((extract < 0 ? rest : rest[..extract]) + "\n")));
        }

        return reports;
    }
}

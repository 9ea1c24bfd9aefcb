using System.Runtime.CompilerServices;
using System.Text;
using Mayday.Events.Filtering;
using Mayday.Query.Fields;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;

namespace Mayday.Web.Tests;

/// <summary>The tables of docs/filters.md are the catalogues; MAYDAY_UPDATE_SNAPSHOTS=1 writes them anew.</summary>
public sealed class FilterDocsTests
{
    [Theory]
    [InlineData("crashes")]
    [InlineData("bugs")]
    [InlineData("hosts")]
    [InlineData("events")]
    public void Fields_OfEachSubject_AreInTheDocs(string subject)
    {
        FieldCatalogue catalogue = subject switch
        {
            "crashes" => CrashFields.Catalogue,
            "bugs" => BugFields.Catalogue,
            "hosts" => HostFields.Catalogue,
            _ => EventCatalogue.Plain,
        };
        var begin = $"<!-- fields of {subject} -->\n";
        var page = File.ReadAllText(PathOf());
        var start = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var end = page.IndexOf("<!-- end -->", start, StringComparison.Ordinal);
        Assert.True(start > begin.Length && end > 0, $"docs/filters.md has no place for the fields of {subject}");

        var table = TableOf(catalogue);
        if (Environment.GetEnvironmentVariable("MAYDAY_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(PathOf(), string.Concat(page.AsSpan(0, start), table, page.AsSpan(end)));
            return;
        }

        Assert.Equal(table, page[start..end]);
    }

    private static string TableOf(FieldCatalogue catalogue)
    {
        var table = new StringBuilder("| field | also | |\n|---|---|---|\n");
        foreach (var field in catalogue.Fields)
        {
            table.Append($"| `{field.Name}` | {string.Join(' ', field.Aliases.Select(alias => $"`{alias}`"))} | {field.Meaning} |\n");
        }

        foreach (var shortcut in catalogue.Shortcuts)
        {
            table.Append($"| `{shortcut.Name}:` | | {shortcut.Meaning} |\n");
        }

        return table.ToString();
    }

    private static string PathOf([CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, "../../docs/filters.md");
}

using ArchUnitNET.Loader;

namespace Mayday.Architecture.Tests;

/// <summary>
/// Folders of one project, as their types use each other. What lies in the project's own folder (options, counters, the pipeline) ties the others together and is
/// left out.
/// </summary>
public sealed class CycleTests
{
    [Fact]
    public void CollectorFolders_HaveNoCycles() => Assert.Empty(Cycles(FolderUses("Mayday.Collector")));

    /// <summary>Subjects of the store write and read together and know each other; what they all stand on knows none of them.</summary>
    [Fact]
    public void StorePostgres_UsesNoSubject() => Assert.Equal(
        Exceptions.SubjectsThatPostgresUses, FolderUses("Mayday.Store").Where(use => use.From == "Postgres").Select(use => use.To).Order());

    [Fact]
    public void Cycles_OfFoldersInARing_AreFound() =>
        Assert.Equal(["A", "B", "C"], Cycles([new("A", "B", ""), new("B", "C", ""), new("C", "A", ""), new("C", "D", "")]).Select(use => use.From).Order());

    private static IEnumerable<FolderUse> Cycles(IReadOnlyList<FolderUse> uses) => uses.Where(use => Reaches(uses, use.To, use.From));

    private static bool Reaches(IReadOnlyList<FolderUse> uses, string from, string to)
    {
        var seen = new HashSet<string> { from };
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var folder))
        {
            foreach (var use in uses.Where(use => use.From == folder && seen.Add(use.To)))
            {
                open.Enqueue(use.To);
            }
        }

        return seen.Contains(to);
    }

    private static IReadOnlyList<FolderUse> FolderUses(string project)
    {
        var architecture = new ArchLoader().LoadAssembly(System.Reflection.Assembly.Load(project)).Build();
        return
        [
            .. architecture.Types
                .SelectMany(type => type.Dependencies, (type, dependency) => (From: type, To: dependency.Target))
                .Select(use => (From: FolderOf(project, use.From.Namespace?.FullName), To: FolderOf(project, use.To.Namespace?.FullName), Example: $"{use.From.FullName} -> {use.To.FullName}"))
                .Where(use => use is { From: not null, To: not null } && use.From != use.To)
                .GroupBy(use => (use.From, use.To))
                .Select(group => new FolderUse(group.Key.From!, group.Key.To!, group.First().Example)),
        ];
    }

    private static string? FolderOf(string project, string? name) =>
        name is not null && name.StartsWith(project + ".", StringComparison.Ordinal) ? name[(project.Length + 1)..].Split('.')[0] : null;

    private sealed record FolderUse(string From, string To, string Example);
}

namespace Mayday.Store.Schema;

/// <summary>A table that grows without end and is cut into UTC days by a uuid v7 column.</summary>
public sealed record PartitionedTable(string Name, string Column)
{
    /// <summary>Where rows go whose day has no partition: a clock that is wrong, or a keeper that did not run.</summary>
    public string DefaultPartition => Name + "_default";

    public static IReadOnlyList<PartitionedTable> All { get; } =
    [
        new("dump", "id"),
        new("crash", "id"),
        new("crash_witness", "crash_id"),
        new("event", "id"),
        new("log_block", "id"),
    ];

    public static PartitionedTable? Find(string name) => All.FirstOrDefault(table => table.Name == name);
}

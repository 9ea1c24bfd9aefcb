namespace Mayday.Store.Schema;

/// <summary>A table that grows without end and is partitioned into UTC days by a uuid v7 column.</summary>
public sealed record PartitionedTable(string Name, string Column)
{
    /// <summary>The partition for rows whose day has no partition: a clock was wrong, or maintenance did not run.</summary>
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

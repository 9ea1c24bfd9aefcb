using Mayday.Migrations;
using Mayday.Store.Schema;

// dotnet run --project migrations -- --connection "Host=..."   applies
// dotnet run --project migrations -- --script                  prints the idempotent SQL
switch (args)
{
    case ["--script"]:
        Console.Write(SchemaMigrator.IdempotentScript());
        return 0;
    case ["--connection", var connection]:
        var applied = await SchemaMigrator.MigrateAsync(connection, CancellationToken.None);
        Console.WriteLine(applied.Count == 0 ? $"The schema is up to date ({SchemaVersion.Expected})." : $"Applied: {string.Join(", ", applied)}");
        return 0;
    default:
        Console.Error.WriteLine("""usage: dotnet run --project migrations -- --connection "Host=...;Database=..." | --script""");
        return 2;
}

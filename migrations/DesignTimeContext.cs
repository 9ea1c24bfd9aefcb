using Mayday.Store.Schema;
using Microsoft.EntityFrameworkCore.Design;

namespace Mayday.Migrations;

/// <summary>How <c>dotnet ef</c> finds the model; it needs no database.</summary>
public sealed class DesignTimeContext : IDesignTimeDbContextFactory<MaydayContext>
{
    public MaydayContext CreateDbContext(string[] args) => SchemaMigrator.Open(connectionString: null);
}

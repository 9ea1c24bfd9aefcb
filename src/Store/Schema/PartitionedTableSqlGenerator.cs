using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure.Internal;
using Npgsql.EntityFrameworkCore.PostgreSQL.Migrations;

namespace Mayday.Store.Schema;

/// <summary>
/// EF Core cannot say PARTITION BY. This adds it to CREATE TABLE of the tables in <see cref="PartitionedTable.All"/>, so that migrations
/// come out of <c>dotnet ef</c> as they should run.
/// </summary>
#pragma warning disable EF1001 // INpgsqlSingletonOptions is the documented constructor argument of the generator this one extends.
internal sealed class PartitionedTableSqlGenerator(MigrationsSqlGeneratorDependencies dependencies, INpgsqlSingletonOptions options)
    : NpgsqlMigrationsSqlGenerator(dependencies, options)
#pragma warning restore EF1001
{
    protected override void Generate(CreateTableOperation operation, IModel? model, MigrationCommandListBuilder builder, bool terminate = true)
    {
        if (PartitionedTable.Find(operation.Name) is not { } partitioned)
        {
            base.Generate(operation, model, builder, terminate);
            return;
        }

        base.Generate(operation, model, builder, terminate: false);
        builder.AppendLine().AppendLine($"PARTITION BY RANGE ({partitioned.Column});");
        EndStatement(builder);
    }
}

using Mayday.Store.Schema;
using Npgsql;

namespace Mayday.Hosting;

/// <summary>Steps that every role runs before it serves.</summary>
public static class RoleStart
{
    /// <summary>Data in flight is written or spooled within seconds. A minute also covers a slow Postgres.</summary>
    public static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Checks the schema. Services never migrate; the error says which command to run.</summary>
    public static async Task CheckSchemaAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        try
        {
            await SchemaVersion.CheckAsync(source, cancellation);
        }
        catch (SchemaVersionException wrong)
        {
            throw new PlainFailureException(wrong.Message);
        }
        catch (NpgsqlException away)
        {
            throw Unreachable(away);
        }
    }

    public static PlainFailureException Unreachable(NpgsqlException away) => new(
        $"Postgres does not answer: {away.GetBaseException().Message} Check that it runs and that {RoleSettings.ConnectionKey} names it rightly.");
}

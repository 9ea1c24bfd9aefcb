using Mayday.Store.Schema;
using Npgsql;

namespace Mayday.Hosting;

/// <summary>What every role does before it serves.</summary>
public static class RoleStart
{
    /// <summary>What is in flight is written or spooled within seconds; a minute covers a Postgres that answers slowly.</summary>
    public static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Services never migrate; they say what to run.</summary>
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

using System.Net.Sockets;
using Npgsql;

namespace Mayday.Collector.Storing;

/// <summary>Whether a failed write is a problem of Postgres (try again later) or of the dump (leave it out, store the others).</summary>
internal static class StoreFailure
{
    public static bool IsPostgresAway(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException answer:
                    // Class 22: the data; 23: a constraint; 54: too large for an index or row. Everything else (08 connection, 53 out of
                    // disk or memory, 57 shutting down, 40 deadlock, 42 not migrated yet, 28 not allowed) is not caused by a dump.
                    return answer.SqlState.Length < 2 || answer.SqlState.AsSpan(0, 2) is not ("22" or "23" or "54");
                case NpgsqlException or SocketException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException:
                    return true;
            }
        }

        return false;
    }
}

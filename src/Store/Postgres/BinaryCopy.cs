using Npgsql;

namespace Mayday.Store.Postgres;

/// <summary>Writes rows with binary COPY, the fastest way into Postgres.</summary>
internal static class BinaryCopy
{
    // Size of one write: a few hundred typical rows. A larger row is written alone.
    private const int FlushAt = 128 * 1024;

    /// <summary>Sends one row for each of <paramref name="items"/>. Rows are encoded while earlier ones are in transit.</summary>
    /// <param name="connection">The connection, inside the transaction that the rows belong to.</param>
    /// <param name="command">COPY … FROM STDIN (FORMAT BINARY).</param>
    /// <param name="items">The source of the rows.</param>
    /// <param name="write">Writes one row, in the order of the command's columns.</param>
    /// <param name="cancellation">Cancels the copy and thereby the transaction.</param>
    public static async Task SendAsync<T>(
        NpgsqlConnection connection, string command, IEnumerable<T> items, Action<CopyBuffer, T> write, CancellationToken cancellation)
    {
        using var rows = new CopyBuffer();
        var copy = await connection.BeginRawBinaryCopyAsync(command, cancellation).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            try
            {
                rows.Begin();
                foreach (var item in items)
                {
                    write(rows, item);
                    if (rows.Length >= FlushAt)
                    {
                        await copy.WriteAsync(rows.Written, cancellation).ConfigureAwait(false);
                        rows.Clear();
                    }
                }

                rows.End();
                await copy.WriteAsync(rows.Written, cancellation).ConfigureAwait(false);
            }
            catch
            {
                // Disposing without cancelling would store the rows written so far.
                await copy.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}

using Npgsql;

namespace Mayday.Store.Postgres;

/// <summary>COPY of rows in binary: the fastest way in.</summary>
internal static class BinaryCopy
{
    // What is written at once: a few hundred rows of usual size. A larger row goes out alone.
    private const int FlushAt = 128 * 1024;

    /// <summary>Sends a row for each of <paramref name="items"/>, made while the ones before it are on their way.</summary>
    /// <param name="connection">In the transaction that the rows belong to.</param>
    /// <param name="command">COPY … FROM STDIN (FORMAT BINARY).</param>
    /// <param name="items">What the rows are made of.</param>
    /// <param name="write">Writes one row, in the order of the command's columns.</param>
    /// <param name="cancellation">Ends it, and with it the transaction.</param>
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
                // Closing it would store what was written so far.
                await copy.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}

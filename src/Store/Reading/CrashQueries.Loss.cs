namespace Mayday.Store;

public sealed partial class CrashQueries
{
    /// <summary>The fleet's loss since a time (whole hours; whole days where senders are counted).</summary>
    public async Task<LossBudget> LossBudgetAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        since = since.ToUniversalTime();
        var rows = await ReadAsync(
            """
            SELECT hour, sum(received)::bigint, sum(lost)::bigint, sum(lost_text)::bigint, sum(unknowable)::bigint, sum(kernel_drops)::bigint,
                sum(duplicates)::bigint, sum(reordered)::bigint
            FROM loss_hour WHERE hour >= date_trunc('hour', $1::timestamptz, 'UTC') GROUP BY hour ORDER BY hour
            """,
            [since],
            row => (
                Hour: new LossHour(row.GetFieldValue<DateTimeOffset>(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)),
                Duplicates: row.GetInt64(6),
                Reordered: row.GetInt64(7)),
            cancellation).ConfigureAwait(false);
        var lossy = await ReadAsync(
            "SELECT count(DISTINCT address) FROM sender_loss_day WHERE day >= $1 AND lost > 0 AND address <> ''",
            [DateOnly.FromDateTime(since.UtcDateTime)],
            row => row.GetInt64(0),
            cancellation).ConfigureAwait(false);
        return new LossBudget
        {
            Since = since,
            Received = rows.Sum(row => row.Hour.Received),
            Lost = rows.Sum(row => row.Hour.Lost),
            LostText = rows.Sum(row => row.Hour.LostText),
            Unknowable = rows.Sum(row => row.Hour.Unknowable),
            KernelDrops = rows.Sum(row => row.Hour.KernelDrops),
            Duplicates = rows.Sum(row => row.Duplicates),
            Reordered = rows.Sum(row => row.Reordered),
            LossySenders = lossy[0],
            Hours = [.. rows.Select(row => row.Hour)],
        };
    }

    // Accounts are kept by address; machines behind one address share them.
    private Task<List<HostLoss>> ReadHostLossAsync(Guid host, CancellationToken cancellation) => ReadAsync(
        """
        SELECT l.transport, sum(l.received)::bigint, sum(l.lost)::bigint, sum(l.lost_text)::bigint, sum(l.duplicates)::bigint, sum(l.reordered)::bigint,
            sum(l.unknowable)::bigint, min(l.first_at), max(l.last_at)
        FROM sender_loss l WHERE l.address IN (SELECT address FROM host_address WHERE host_id = $1) GROUP BY l.transport ORDER BY l.transport
        """,
        [host],
        row =>
        {
            var (received, lost, unknowable) = (row.GetInt64(1), row.GetInt64(2), row.GetInt64(6));
            var isTold = lost != 0 || unknowable < received;
            return new HostLoss
            {
                Transport = row.GetString(0),
                Received = received,
                Lost = isTold ? lost : null,
                LostText = isTold ? row.GetInt64(3) : null,
                Duplicates = row.GetInt64(4),
                Reordered = row.GetInt64(5),
                Unknowable = unknowable,
                FirstAt = row.GetFieldValue<DateTimeOffset>(7),
                LastAt = row.GetFieldValue<DateTimeOffset>(8),
            };
        },
        cancellation);
}

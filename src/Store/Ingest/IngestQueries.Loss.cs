using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Ingest;

public sealed partial class IngestQueries
{
    /// <summary>The packet loss of the fleet since a time (rounded to whole hours; senders are counted by whole days).</summary>
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
}

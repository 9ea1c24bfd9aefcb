using System.Net;
using Mayday.Protocol;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Ingest;

/// <summary>The packets of one sender since the last save. Without an address: all senders beyond the limit together.</summary>
public sealed record SenderLoss(IPAddress? Address, Transport Transport, LossCounts Counts);

/// <summary>Increments to add. The number grows with each save of a run; the same number again is a retry of the same save.</summary>
public sealed record LossSave(string Collector, Guid Run, long Number, IReadOnlyList<SenderLoss> Senders, long KernelDrops);

/// <summary>Counts received and lost packets: per sender, per sender and day with loss, and per hour for the whole fleet.</summary>
public sealed class LossAccounts(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Maximum number of senders. A million is the largest fleet Mayday is made for, about 200 MB.</summary>
    public const int MaxSenders = 1_000_000;

    /// <summary>Adds the increments. A save that was already added is ignored.</summary>
    public async Task SaveAsync(LossSave save, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().ToUniversalTime();
        var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var isNew = await Sql.ExecuteAsync(
                    connection,
                    transaction,
                    """
                    INSERT INTO loss_save (collector, run, number) VALUES ($1, $2, $3)
                    ON CONFLICT (collector) DO UPDATE SET run = excluded.run, number = excluded.number
                    WHERE loss_save.run <> excluded.run OR loss_save.number < excluded.number
                    """,
                    [StoredText.Clean(save.Collector, StoredText.MaxName), save.Run, save.Number],
                    cancellation).ConfigureAwait(false);
                if (isNew == 0)
                {
                    return;
                }

                await AddAsync(connection, transaction, save, now, cancellation).ConfigureAwait(false);
                await transaction.CommitAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task AddAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, LossSave save, DateTimeOffset now, CancellationToken cancellation)
    {
        // Sorted, so that two collectors with common senders wait for each other instead of deadlocking.
        var senders = save.Senders
            .GroupBy(sender => (Address: HostEvidence.Canonical(sender.Address) ?? "", Transport: sender.Transport.ToWord()))
            .OrderBy(group => group.Key.Address, StringComparer.Ordinal).ThenBy(group => group.Key.Transport, StringComparer.Ordinal)
            .Select(group => (group.Key.Address, group.Key.Transport, Counts: Sum(group)))
            .ToArray();
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            if (senders.Length > 0)
            {
                object?[] columns =
                [
                    now, senders.Select(sender => sender.Address).ToArray(), senders.Select(sender => sender.Transport).ToArray(),
                    senders.Select(sender => sender.Counts.Received).ToArray(), senders.Select(sender => sender.Counts.Lost).ToArray(),
                    senders.Select(sender => sender.Counts.LostText).ToArray(), senders.Select(sender => sender.Counts.Duplicates).ToArray(),
                    senders.Select(sender => sender.Counts.Reordered).ToArray(), senders.Select(sender => sender.Counts.Unknowable).ToArray(),
                ];
                batch.BatchCommands.Add(Sql.Command(
                    """
                    INSERT INTO sender_loss (address, transport, received, lost, lost_text, duplicates, reordered, unknowable, first_at, last_at)
                    SELECT *, $1, $1
                    FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
                    ON CONFLICT (address, transport) DO UPDATE SET
                        received = sender_loss.received + excluded.received, lost = sender_loss.lost + excluded.lost,
                        lost_text = sender_loss.lost_text + excluded.lost_text, duplicates = sender_loss.duplicates + excluded.duplicates,
                        reordered = sender_loss.reordered + excluded.reordered, unknowable = sender_loss.unknowable + excluded.unknowable,
                        last_at = excluded.last_at
                    """,
                    columns));
                batch.BatchCommands.Add(Sql.Command(
                    """
                    INSERT INTO sender_loss_day (address, transport, day, lost, lost_text)
                    SELECT address, transport, $1, lost, lost_text
                    FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS step(address, transport, lost, lost_text) WHERE lost <> 0
                    ON CONFLICT (day, address, transport) DO UPDATE SET
                        lost = sender_loss_day.lost + excluded.lost, lost_text = sender_loss_day.lost_text + excluded.lost_text
                    """,
                    DateOnly.FromDateTime(now.UtcDateTime), columns[1], columns[2], columns[4], columns[5]));
            }

            foreach (var (transport, counts, drops) in Fleet(save))
            {
                batch.BatchCommands.Add(Sql.Command(
                    """
                    INSERT INTO loss_hour (hour, transport, received, lost, lost_text, duplicates, reordered, unknowable, kernel_drops)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                    ON CONFLICT (hour, transport) DO UPDATE SET
                        received = loss_hour.received + excluded.received, lost = loss_hour.lost + excluded.lost,
                        lost_text = loss_hour.lost_text + excluded.lost_text, duplicates = loss_hour.duplicates + excluded.duplicates,
                        reordered = loss_hour.reordered + excluded.reordered, unknowable = loss_hour.unknowable + excluded.unknowable,
                        kernel_drops = loss_hour.kernel_drops + excluded.kernel_drops
                    """,
                    hour, transport, counts.Received, counts.Lost, counts.LostText, counts.Duplicates, counts.Reordered, counts.Unknowable, drops));
            }

            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static IEnumerable<(string Transport, LossCounts Counts, long Drops)> Fleet(LossSave save)
    {
        var fleet = save.Senders.GroupBy(sender => sender.Transport.ToWord()).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, Sum(group), 0L));
        return save.KernelDrops == 0 ? fleet : fleet.Append((LossQueryNames.Socket, default, save.KernelDrops));
    }

    private static LossCounts Sum(IEnumerable<SenderLoss> senders)
    {
        var sum = default(LossCounts);
        foreach (var sender in senders)
        {
            sum.Add(sender.Counts);
        }

        return sum;
    }
}

internal static class LossQueryNames
{
    /// <summary>
    /// The row of an hour that holds kernel drops: when a socket buffer is full, the formats of the dropped datagrams are unknown.
    /// </summary>
    public const string Socket = "socket";
}

using Mayday.Protocol;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Events;

/// <summary>
/// Writes the events of one transaction. Locks are taken in the order of all writers: batch key, new hosts, new formats. Hosts and formats
/// are locked at the end, sorted, to hold those locks as briefly as possible.
/// </summary>
internal sealed class EventBatch(NpgsqlConnection connection, NpgsqlTransaction transaction, EventFormats formats)
{
    private readonly Dictionary<EventFormatKey, long> _resolved = [];

    /// <summary>Caches the ids of the formats. Call it after the transaction is committed.</summary>
    public void RememberFormats() => formats.Remember(_resolved);

    /// <summary>Removes events that are already stored. Only a retried batch without a batch key can contain them.</summary>
    public async Task<int> TakeOutStoredAsync(List<PendingEvent> events, CancellationToken cancellation)
    {
        using var command = new NpgsqlCommand("SELECT id FROM event WHERE id = ANY($1)", connection, transaction);
        Sql.Add(command.Parameters, [events.Select(pending => pending.Received.Id).ToArray()]);
        var stored = new HashSet<Guid>();
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                stored.Add(reader.GetGuid(0));
            }
        }

        return events.RemoveAll(pending => stored.Contains(pending.Received.Id));
    }

    public async Task WriteAsync(IReadOnlyList<PendingEvent> events, CancellationToken cancellation)
    {
        var senders = SendersOf(events);
        await new HostResolver(connection, transaction).ResolveAsync(senders, cancellation).ConfigureAwait(false);
        var resolved = await formats.ResolveAsync(connection, transaction, events, cancellation).ConfigureAwait(false);
        await EventCopy.WriteAsync(connection, events, cancellation).ConfigureAwait(false);

        var counts = new EventCounts();
        var addresses = new AddressDeltas();
        foreach (var pending in events)
        {
            counts.Add(pending);
        }

        foreach (var sender in senders)
        {
            addresses.Add(sender, sender.ReceivedAt, sender.LastAt);
        }

        await LockAsync(counts, cancellation).ConfigureAwait(false);
        await FinishAsync(counts, addresses, cancellation).ConfigureAwait(false);
        foreach (var (key, id) in resolved)
        {
            _resolved[key] = id;
        }
    }

    /// <summary>Groups events by sender: one piece of evidence for all events with the same claim.</summary>
    private static List<HostEvidence> SendersOf(IReadOnlyList<PendingEvent> events)
    {
        var senders = new Dictionary<(HostClaim Claim, Transport Transport), HostEvidence>();
        (HostClaim? Claim, Transport Transport, HostEvidence? Sender) last = default;
        foreach (var pending in events)
        {
            var (host, transport) = (pending.Received.Host, pending.Received.Transport);
            if (last.Sender is not { } sender || !ReferenceEquals(host, last.Claim) || transport != last.Transport)
            {
                // The port identifies a socket, not a machine.
                var claim = host.Port is null ? host : host with { Port = null };
                if (!senders.TryGetValue((claim, transport), out sender))
                {
                    senders[(claim, transport)] = sender = new HostEvidence(claim, transport, pending.ReceivedAt);
                }

                last = (host, transport, sender);
            }

            sender.LastAt = pending.ReceivedAt > sender.LastAt ? pending.ReceivedAt : sender.LastAt;
            pending.Sender = sender;
        }

        return [.. senders.Values];
    }

    /// <summary>Locks hosts and formats until the transaction ends, and reads the stored argument counts of the formats.</summary>
    private async Task LockAsync(EventCounts counts, CancellationToken cancellation)
    {
        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command("SELECT id FROM host WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", counts.Hosts.ToArray()));
            batch.BatchCommands.Add(Sql.Command("SELECT id FROM event_format WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", counts.Formats.ToArray()));
            batch.BatchCommands.Add(Sql.Command("SELECT format_id, position, spread FROM event_format_argument WHERE format_id = ANY($1)", counts.Formats.ToArray()));
            var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                if (await CountAsync(reader, cancellation).ConfigureAwait(false) != counts.Hosts.Count)
                {
                    throw new HostsMergedException();
                }

                await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                if (await CountAsync(reader, cancellation).ConfigureAwait(false) != counts.Formats.Count)
                {
                    throw new EventFormatsChangedException();
                }

                await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    counts.AddStored(reader.GetInt64(0), reader.GetInt16(1), reader.GetString(2));
                }
            }
        }
    }

    private async Task FinishAsync(EventCounts counts, AddressDeltas addresses, CancellationToken cancellation)
    {
        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            foreach (var command in counts.Commands().Concat(addresses.Commands()).Append(counts.Notify()))
            {
                batch.BatchCommands.Add(command);
            }

            await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<int> CountAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var rows = 0;
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            rows++;
        }

        return rows;
    }
}

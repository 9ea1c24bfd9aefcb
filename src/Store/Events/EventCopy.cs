using Npgsql;
using NpgsqlTypes;

namespace Mayday.Store.Events;

/// <summary>COPY of events in binary.</summary>
internal static class EventCopy
{
    private const string UncataloguedNote = "The catalogue of formats is full, so this event is not grouped by its own format string.";

    public static async Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<PendingEvent> events, CancellationToken cancellation)
    {
        var copy = await connection.BeginBinaryImportAsync(
            """
            COPY event (id, host_id, received_at, occurred_at, transport, source_address, source_port, facility, event_type, severity, format, flags,
                processor, uid, gid, pid, pgrp, format_id, args, text, payload, fields, notes, truncated, count, collector, raw)
            FROM STDIN (FORMAT BINARY)
            """,
            cancellation).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            foreach (var pending in events)
            {
                await WriteAsync(new RowWriter(copy, cancellation), pending).ConfigureAwait(false);
            }

            await copy.CompleteAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(RowWriter row, PendingEvent pending)
    {
        var received = pending.Received;
        var record = received.Event;
        await row.StartAsync().ConfigureAwait(false);
        await row.AddAsync(received.Id, NpgsqlDbType.Uuid).ConfigureAwait(false);
        await row.AddAsync(pending.Sender.HostId, NpgsqlDbType.Uuid).ConfigureAwait(false);
        await row.AddAsync(pending.ReceivedAt, NpgsqlDbType.TimestampTz).ConfigureAwait(false);
        await row.AddOrNullAsync(record.OccurredAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz).ConfigureAwait(false);
        await row.AddAsync(received.Transport.ToWord(), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(pending.Sender.SourceAddress, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddOrNullAsync(received.Host.Port, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(pending.Facility, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(pending.EventType, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(pending.Severity, NpgsqlDbType.Smallint).ConfigureAwait(false);
        await row.AddAsync((short)record.Format, NpgsqlDbType.Smallint).ConfigureAwait(false);
        await row.AddAsync(unchecked((int)record.Flags), NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddOrNullAsync(record.Processor, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddOrNullAsync((long?)record.Uid, NpgsqlDbType.Bigint).ConfigureAwait(false);
        await row.AddOrNullAsync((long?)record.Gid, NpgsqlDbType.Bigint).ConfigureAwait(false);
        await row.AddOrNullAsync(record.Pid, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddOrNullAsync(record.Pgrp, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(pending.FormatId, NpgsqlDbType.Bigint).ConfigureAwait(false);
        await row.AddOrNullAsync(pending.Args, NpgsqlDbType.Jsonb).ConfigureAwait(false);
        await row.AddAsync(pending.Text, NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddBytesOrNullAsync(pending.Payload).ConfigureAwait(false);
        await row.AddOrNullAsync(pending.Fields, NpgsqlDbType.Jsonb).ConfigureAwait(false);
        await row.AddOrNullAsync(NotesOf(pending), NpgsqlDbType.Array | NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddAsync(pending.IsTruncated, NpgsqlDbType.Boolean).ConfigureAwait(false);
        await row.AddAsync(pending.Count, NpgsqlDbType.Integer).ConfigureAwait(false);
        await row.AddAsync(StoredText.Clean(received.Collector, StoredText.MaxName), NpgsqlDbType.Text).ConfigureAwait(false);
        await row.AddBytesOrNullAsync(pending.Raw).ConfigureAwait(false);
    }

    private static string[]? NotesOf(PendingEvent pending) =>
        pending.IsUncatalogued ? [.. pending.Notes ?? [], UncataloguedNote] : pending.Notes;
}

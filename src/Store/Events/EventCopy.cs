using Npgsql;

namespace Mayday.Store.Events;

/// <summary>COPY of events in binary.</summary>
internal static class EventCopy
{
    private const string UncataloguedNote = "The catalogue of formats is full, so this event is not grouped by its own format string.";

    private const short Columns = 27;

    // What is written at once: a few hundred events of usual size.
    private const int FlushAt = 128 * 1024;

    public static async Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<PendingEvent> events, CancellationToken cancellation)
    {
        using var rows = new CopyBuffer();
        var copy = await connection.BeginRawBinaryCopyAsync(
            """
            COPY event (id, host_id, received_at, occurred_at, transport, source_address, source_port, facility, event_type, severity, format, flags,
                processor, uid, gid, pid, pgrp, format_id, args, text, payload, fields, notes, truncated, count, collector, raw)
            FROM STDIN (FORMAT BINARY)
            """,
            cancellation).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            try
            {
                rows.Begin();
                foreach (var pending in events)
                {
                    Write(rows, pending);
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

    private static void Write(CopyBuffer row, PendingEvent pending)
    {
        var received = pending.Received;
        var record = received.Event;
        row.Row(Columns);
        row.Add(received.Id);
        row.Add(pending.Sender.HostId);
        row.Add(pending.ReceivedAt);
        row.AddOrNull(record.OccurredAt);
        row.AddOrNull(received.Transport.ToWord());
        row.AddOrNull(pending.Sender.SourceAddress);
        row.AddOrNull(received.Host.Port);
        row.AddOrNull(pending.Facility);
        row.Add(pending.EventType);
        row.Add(pending.Severity);
        row.Add((short)record.Format);
        row.Add(unchecked((int)record.Flags));
        row.AddOrNull(record.Processor);
        row.AddOrNull((long?)record.Uid);
        row.AddOrNull((long?)record.Gid);
        row.AddOrNull(record.Pid);
        row.AddOrNull(record.Pgrp);
        row.Add(pending.FormatId);
        row.AddJsonbOrNull(pending.Args);
        row.AddOrNull(pending.Text);
        row.AddBytesOrNull(pending.Payload.Span);
        row.AddJsonbOrNull(pending.Fields);
        row.AddOrNull(NotesOf(pending));
        row.Add(pending.IsTruncated);
        row.Add(pending.Count);
        row.AddOrNull(StoredText.Clean(received.Collector, StoredText.MaxName));
        row.AddBytesOrNull(pending.Raw.Span);
    }

    private static string[]? NotesOf(PendingEvent pending) =>
        pending.IsUncatalogued ? [.. pending.Notes ?? [], UncataloguedNote] : pending.Notes;
}

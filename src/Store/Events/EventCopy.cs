using Mayday.Protocol;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Events;

/// <summary>Writes events with binary COPY.</summary>
internal static class EventCopy
{
    private const string UncataloguedNote = "The catalogue of formats is full, so this event is not grouped by its own format string.";

    private const short Columns = 27;

    public static Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<PendingEvent> events, CancellationToken cancellation) => BinaryCopy.SendAsync(
        connection,
        """
        COPY event (id, host_id, received_at, occurred_at, transport, source_address, source_port, facility, event_type, severity, format, flags,
            processor, uid, gid, pid, pgrp, format_id, args, text, payload, fields, notes, truncated, count, collector, raw)
        FROM STDIN (FORMAT BINARY)
        """,
        events,
        Write,
        cancellation);

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

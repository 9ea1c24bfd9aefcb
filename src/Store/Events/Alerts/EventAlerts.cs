using System.Text.Json;
using Mayday.Events.Screening;
using Mayday.Protocol;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Events.Alerts;

/// <summary>An alert as the pages and the API show it.</summary>
public sealed record EventAlertItem
{
    public required Guid Id { get; init; }

    public required string Rule { get; init; }

    public required string Filter { get; init; }

    public required DateTimeOffset FiredAt { get; init; }

    public required long Count { get; init; }

    public required long WithinSeconds { get; init; }

    public required IReadOnlyList<AlertValue> Values { get; init; }

    public required Guid EventId { get; init; }

    public required string Host { get; init; }

    public required string Facility { get; init; }

    public required string Severity { get; init; }

    public required string Text { get; init; }

    /// <summary>none (no webhook), pending, delivered, failed.</summary>
    public required string Delivery { get; init; }

    public required int Attempts { get; init; }

    public string? DeliveryError { get; init; }
}

/// <summary>One value of the key that an alert was counted for, for example host web-1.</summary>
public sealed record AlertValue(string Name, string Value);

/// <summary>A webhook that is due.</summary>
public sealed record DueWebhook(EventAlertItem Alert, Uri Address);

/// <summary>Alerts in the database: the list that is shown, and the queue of webhook calls, which survives a restart.</summary>
public sealed class EventAlerts(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>More than a person would page through. Older alerts are deleted.</summary>
    public const int MaxKept = 10_000;

    /// <summary>Attempts for one webhook. With the pauses of <see cref="Pause"/> they span about four hours.</summary>
    public const int MaxAttempts = 10;

    // A process claims a webhook for this long. If the process dies, another one takes over afterwards.
    private static readonly TimeSpan s_claim = TimeSpan.FromMinutes(1);

    private const string Columns =
        "id, rule, filter, fired_at, count, within_seconds, values, event_id, host, facility, severity, text, delivery, attempts, delivery_error";

    /// <summary>15 s, 30 s, 1 min, and so on, doubling up to one hour and four minutes.</summary>
    public static TimeSpan Pause(int attempts) => TimeSpan.FromSeconds(15 * Math.Pow(2, Math.Clamp(attempts - 1, 0, 8)));

    public async Task AddAsync(EventAlert alert, CancellationToken cancellation)
    {
        await ExecuteAsync(
            """
            INSERT INTO event_alert (id, rule, filter, fired_at, count, within_seconds, values, event_id, host, facility, severity, text, webhook, delivery, attempts, next_attempt_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10, $11, $12, $13, $14, 0, $15)
            ON CONFLICT (id) DO NOTHING
            """,
            [
                alert.Id, alert.Rule, StoredText.Clean(alert.Filter, 4096), alert.FiredAt.ToUniversalTime(), alert.Count, (long)alert.Within.TotalSeconds,
                JsonSerializer.Serialize(alert.Values.Select(value => new AlertValue(value.Key, value.Value))), alert.EventId, alert.Host, alert.Facility,
                alert.Severity, alert.Text, alert.Webhook?.AbsoluteUri, alert.Webhook is null ? "none" : "pending",
                alert.Webhook is null ? null : time.GetUtcNow(),
            ],
            cancellation).ConfigureAwait(false);
        await ExecuteAsync(
            "DELETE FROM event_alert WHERE id <= (SELECT id FROM event_alert ORDER BY id DESC OFFSET $1 LIMIT 1)", [MaxKept], cancellation).ConfigureAwait(false);
    }

    /// <summary>Newest first. Throws <see cref="InvalidCursorException"/> for a cursor that is not from this list.</summary>
    public async Task<Page<EventAlertItem>> ListAsync(string? rule, string? host, PageRequest page, CancellationToken cancellation)
    {
        var limit = Math.Clamp(page.Limit, 1, PageRequest.MaxLimit);
        var conditions = new Conditions();
        conditions.AddIf(rule, "rule = {0}");
        conditions.AddIf(host, "host = {0}");
        if (page.Cursor is not null)
        {
            conditions.Add("id < {0}", Cursor.ReadId(page.Cursor));
        }

        var rows = new List<EventAlertItem>();
        using var command = conditions.Command(source, $"SELECT {Columns} FROM event_alert {conditions.Where} ORDER BY id DESC LIMIT {limit + 1}");
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                rows.Add(Read(reader));
            }
        }

        return rows.Count > limit
            ? new Page<EventAlertItem>(rows[..limit], Cursor.Of(rows[limit - 1].Id))
            : new Page<EventAlertItem>(rows, null);
    }

    /// <summary>Claims webhooks that are due. Each belongs to this caller alone for one minute.</summary>
    public async Task<IReadOnlyList<DueWebhook>> TakeDueAsync(int limit, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var due = new List<DueWebhook>();
        using var command = source.CreateCommand(
            $"""
            UPDATE event_alert SET attempts = attempts + 1, next_attempt_at = $2
            WHERE id IN (SELECT id FROM event_alert WHERE delivery = 'pending' AND next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED)
            RETURNING {Columns}, webhook
            """);
        Sql.Add(command.Parameters, [now, now + s_claim, limit]);
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                due.Add(new DueWebhook(Read(reader), new Uri(reader.GetString(15))));
            }
        }

        return due;
    }

    public Task MarkDeliveredAsync(Guid id, CancellationToken cancellation) => ExecuteAsync(
        "UPDATE event_alert SET delivery = 'delivered', next_attempt_at = NULL, delivery_error = NULL WHERE id = $1", [id], cancellation);

    /// <summary>Schedules the next attempt, or gives up after <see cref="MaxAttempts"/>.</summary>
    public Task MarkFailedAsync(EventAlertItem alert, string error, CancellationToken cancellation)
    {
        var isOver = alert.Attempts >= MaxAttempts;
        return ExecuteAsync(
            "UPDATE event_alert SET delivery = $2, next_attempt_at = $3, delivery_error = $4 WHERE id = $1",
            [alert.Id, isOver ? "failed" : "pending", isOver ? null : time.GetUtcNow() + Pause(alert.Attempts), StoredText.Clean(error, StoredText.MaxTitle)],
            cancellation);
    }

    private async Task ExecuteAsync(string text, object?[] values, CancellationToken cancellation)
    {
        using var command = source.CreateCommand(text);
        Sql.Add(command.Parameters, values);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private static EventAlertItem Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Rule = row.GetString(1),
        Filter = row.GetString(2),
        FiredAt = row.GetFieldValue<DateTimeOffset>(3),
        Count = row.GetInt64(4),
        WithinSeconds = row.GetInt64(5),
        Values = JsonSerializer.Deserialize<List<AlertValue>>(row.GetString(6)) ?? [],
        EventId = row.GetGuid(7),
        Host = row.GetString(8),
        Facility = row.GetString(9),
        Severity = row.GetString(10),
        Text = row.GetString(11),
        Delivery = row.GetString(12),
        Attempts = row.GetInt32(13),
        DeliveryError = row.TextOrNull(14),
    };
}

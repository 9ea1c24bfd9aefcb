using System.Net.Http.Headers;
using System.Text.Json;
using Mayday.Events.Screening;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mayday.Store.Events.Alerts;

/// <summary>
/// Saves alerts from the event screen to the database and calls their webhooks from there. Any running process can do this; each row is
/// claimed by one process at a time. A failed webhook is retried with growing pauses. Its state is shown on the page.
/// </summary>
public sealed partial class AlertDispatcher(EventScreen screen, EventAlerts alerts, HttpMessageInvoker webhooks, TimeProvider time, ILogger<AlertDispatcher> logger)
{
    /// <summary>Timeout of one webhook call. A call that times out is retried, so a webhook may be called twice.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // New alerts are sent at once. This interval is for failed ones, and for those that another process left behind.
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);
    private const int MaxAtOnce = 8;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private long _delivered;
    private long _failed;

    /// <summary>Number of webhook calls that succeeded.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Number of webhook calls that failed. Each is retried up to <see cref="EventAlerts.MaxAttempts"/> times.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    public async Task RunAsync(CancellationToken cancellation)
    {
        EventAlert? unsaved = null;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                // An alert that could not be saved is tried first, so none is lost while Postgres is unreachable.
                while (unsaved is not null || screen.Alerts.TryRead(out unsaved))
                {
                    await alerts.AddAsync(unsaved, cancellation).ConfigureAwait(false);
                    unsaved = null;
                }

                await SendDueAsync(cancellation).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException && !cancellation.IsCancellationRequested)
            {
                StoreAway(logger, failure.Message);
            }

            using var wake = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var pause = Task.Delay(s_interval, time, wake.Token);
            await Task.WhenAny(pause, unsaved is null ? screen.Alerts.WaitToReadAsync(wake.Token).AsTask() : pause).ConfigureAwait(false);
            await wake.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Calls every webhook that is due.</summary>
    public async Task SendDueAsync(CancellationToken cancellation)
    {
        while (await alerts.TakeDueAsync(MaxAtOnce, cancellation).ConfigureAwait(false) is { Count: > 0 } due)
        {
            await Task.WhenAll(due.Select(webhook => SendAsync(webhook, cancellation))).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(DueWebhook due, CancellationToken cancellation)
    {
        if (await CallAsync(due, cancellation).ConfigureAwait(false) is { } error)
        {
            Interlocked.Increment(ref _failed);
            WebhookFailed(logger, due.Alert.Rule, due.Alert.Attempts, error);
            await alerts.MarkFailedAsync(due.Alert, error, cancellation).ConfigureAwait(false);
            return;
        }

        Interlocked.Increment(ref _delivered);
        await alerts.MarkDeliveredAsync(due.Alert.Id, cancellation).ConfigureAwait(false);
    }

    /// <returns>A message for people that says what went wrong; null on success.</returns>
    private async Task<string?> CallAsync(DueWebhook due, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, due.Address);
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(due.Alert with { Delivery = "pending" }, s_json));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await webhooks.SendAsync(request, either.Token).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? null : $"the webhook answered {(int)answer.StatusCode}";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"the webhook did not answer within {Timeout.TotalSeconds} s";
        }
        catch (HttpRequestException failure)
        {
            return $"the webhook could not be reached: {failure.Message}";
        }
    }

    [LoggerMessage(EventId = 3201, Level = LogLevel.Warning, Message = "Alerts could not be saved to the database ({Reason}); retrying")]
    private static partial void StoreAway(ILogger logger, string reason);

    [LoggerMessage(EventId = 3202, Level = LogLevel.Warning, Message = "Webhook of rule {Rule} failed, attempt {Attempt}: {Reason}")]
    private static partial void WebhookFailed(ILogger logger, string rule, int attempt, string reason);
}

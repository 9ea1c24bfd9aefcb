using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Mayday.Hosting;

namespace Mayday.Cli.Commands.Events;

/// <summary>
/// <c>mayday events [--filter EXPRESSION] [--host HOST] [--since TIME] [--follow]</c>: shows kernel events, read over REST.
/// </summary>
public static class EventsCommand
{
    /// <summary>The default address of <c>mayday up</c>.</summary>
    private const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>One or two screens of text. --limit allows more.</summary>
    private const int DefaultLimit = 100;

    private const int MaxLimit = 100_000;

    public static Command Create()
    {
        var filter = new Option<string?>("--filter") { Description = "Condition, such as 'severity <= err && arg1 > 5' (docs/evlog.md)", HelpName = "EXPRESSION" };
        var host = new Option<string?>("--host")
        {
            Description = "Only events of this host: name, address or id; web-* matches all names with this prefix",
            HelpName = "HOST",
        };
        var since = new Option<string?>("--since")
        {
            Description = "Only events received since this time: 2026-01-31T12:00:00Z, or an age: 30m, 2h, 7d",
            HelpName = "TIME",
        };
        var until = new Option<string?>("--until") { Description = "Only events received before this time", HelpName = "TIME" };
        var limit = new Option<string?>("--limit")
        {
            Description = $"Show at most this many of the newest events (default: {DefaultLimit})",
            HelpName = "N",
        };
        var url = new Option<string?>("--url") { Description = $"Address of Mayday's web role (default: {DefaultUrl})", HelpName = "URL" };
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line and event" };
        var follow = new Option<bool>("--follow") { Description = "Keep showing new events until Ctrl-C" };
        var command = new Command("events", "Shows the newest kernel events, oldest first") { filter, host, since, until, limit, url, json, follow };
        command.SetAction((result, cancellation) => RunAsync(
            new EventClient(UrlOf(result.GetValue(url)), result.GetValue(filter), result.GetValue(host)),
            new EventOutput(result.GetValue(json)),
            result.GetValue(since),
            result.GetValue(until),
            LimitOf(result.GetValue(limit)),
            result.GetValue(follow),
            cancellation));
        return command;
    }

    private static Uri UrlOf(string? text) =>
        Uri.TryCreate(text ?? DefaultUrl, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https")
            ? url
            : throw new PlainFailureException($"--url takes an address such as {DefaultUrl}, not '{Printable.Show(text)}'.", ExitCode.WrongUse);

    private static int LimitOf(string? text)
    {
        if (text is null)
        {
            return DefaultLimit;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit
            ? limit
            : throw new PlainFailureException($"--limit takes a number from 1 to {MaxLimit}, not '{Printable.Show(text)}'.", ExitCode.WrongUse);
    }

    private static async Task<int> RunAsync(
        EventClient client, EventOutput output, string? since, string? until, int limit, bool follow, CancellationToken cancellation)
    {
        using (client)
        using (output)
        {
            try
            {
                var shown = new ShownEvents();
                await PrintAsync(client, output, since, until, limit, shown, cancellation);
                while (follow)
                {
                    // Once per second is fast enough for a reader, and an index serves the query.
                    await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
                    await PrintAsync(client, output, shown.Since ?? since, until: null, MaxLimit, shown, cancellation);
                }

                return ExitCode.Done;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // Ctrl-C is the normal end of --follow.
                return ExitCode.Done;
            }
        }
    }

    /// <summary>Prints the events that were not printed yet, oldest first.</summary>
    private static async Task PrintAsync(
        EventClient client, EventOutput output, string? since, string? until, int limit, ShownEvents shown, CancellationToken cancellation)
    {
        var events = new List<JsonElement>();
        var asked = 0;
        await foreach (var one in client.ListAsync(since, until, cancellation))
        {
            if (shown.Add(one))
            {
                events.Add(one);
            }

            if (++asked == limit)
            {
                break;
            }
        }

        for (var i = events.Count - 1; i >= 0; i--)
        {
            output.Write(events[i]);
        }

        output.Flush();
        shown.ForgetOld();
    }
}

/// <summary>
/// The events that --follow printed recently. Events are stored in batches, so an older event may appear a little after newer ones.
/// </summary>
internal sealed class ShownEvents
{
    // A collector's batch waits for at most a second. Events that arrive later from a spool, after an outage, are not shown by --follow.
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Guid, DateTimeOffset> _shown = [];
    private DateTimeOffset? _newest;

    /// <summary>The start time of the next query.</summary>
    public string? Since => (_newest - s_late)?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public bool Add(JsonElement one)
    {
        if (!one.TryGetProperty("id", out var value) || !value.TryGetGuid(out var id)
            || !one.TryGetProperty("receivedAt", out value) || !value.TryGetDateTimeOffset(out var time)
            || !_shown.TryAdd(id, time))
        {
            return false;
        }

        _newest = _newest > time ? _newest : time;
        return true;
    }

    public void ForgetOld()
    {
        var oldest = _newest - s_late - TimeSpan.FromSeconds(1);
        foreach (var (id, time) in _shown)
        {
            if (time < oldest)
            {
                _shown.Remove(id);
            }
        }
    }
}

using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Web.Api.Hosts;
using Mayday.Web.Components.Texts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Mayday.Web.Components.Hosts;

public sealed partial class HostPage
{
    private const int ConsoleLines = 100;
    private static readonly TimeSpan s_consoleSpan = TimeSpan.FromMinutes(10);

    private HostDetail? _host;
    private CrashFilter _filter = new();
    private Guid _read;
    private string? _console;
    private bool _loaded;

    [Parameter] public Guid Id { get; set; }

    [CascadingParameter] public HttpContext? Http { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (_read == Id)
        {
            return;
        }

        _read = Id;
        _loaded = false;
        _host = null;
        _filter = new CrashFilter { Host = Id.ToString() };
        _host = await ReadOnceAsync(Id.ToString("N"), cancellation => Queries.Hosts.FindHostAsync(Id, cancellation));
        _console = _host is null ? null : await ReadOnceAsync("console" + Id.ToString("N"), ReadConsoleAsync);
        _loaded = true;
        if (_host is null && Failure is null && Http is { Response.HasStarted: false } http)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    // What it said last, where the log archive is on: some lines of the last ten minutes in which it said anything.
    private async Task<string?> ReadConsoleAsync(CancellationToken cancellation)
    {
        if (await Queries.HostLogs.LastLogAtAsync(Id, cancellation) is not { } last)
        {
            return null;
        }

        var lines = new Queue<ArchivedLine>();
        await foreach (var line in Queries.HostLogs.ReadHostLogAsync(Id, last - s_consoleSpan, last.AddMilliseconds(1), cancellation))
        {
            lines.Enqueue(line);
            if (lines.Count > ConsoleLines)
            {
                lines.Dequeue();
            }
        }

        var text = new ArchivedLogText();
        var bytes = new MemoryStream();
        foreach (var line in lines)
        {
            text.Write(line, bytes);
        }

        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static string Tell(HostLoss way)
    {
        var parts = new List<string>();
        if (way.Lost > 0)
        {
            parts.Add(way.LostText == 0 ? "each lost packet came in another copy" : $"{Words.Count(way.LostText ?? 0, "packet", "packets")} came in no copy");
        }

        if (way.Duplicates > 0)
        {
            parts.Add($"{Words.Count(way.Duplicates)} came twice");
        }

        if (way.Reordered > 0)
        {
            parts.Add($"{Words.Count(way.Reordered)} out of order");
        }

        return string.Join("; ", parts);
    }
}

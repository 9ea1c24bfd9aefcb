using Mayday.Store;
using Mayday.Web.Components.Reading;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Mayday.Web.Components.Pages;

public sealed partial class Host
{
    private HostDetail? _host;
    private CrashFilter _filter = new();
    private Guid _read;
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
        _host = await ReadOnceAsync(Id.ToString("N"), cancellation => Queries.FindHostAsync(Id, cancellation));
        _loaded = true;
        if (_host is null && Failure is null && Http is { Response.HasStarted: false } http)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }
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

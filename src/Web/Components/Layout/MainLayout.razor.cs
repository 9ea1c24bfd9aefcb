using System.Data.Common;
using System.Globalization;
using System.Net;
using Mayday.Web.Components.Texts;
using Mayday.Web.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Options;

namespace Mayday.Web.Components.Layout;

public sealed partial class MainLayout : IDisposable
{
    /// <summary>As fresh as the pulse itself.</summary>
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _gone = new();
    private ErrorBoundary? _boundary;
    private Pulse? _pulse;
    private bool _exposed;

    /// <summary>Whether the navigation is shown on a narrow screen; on a wide one it always is.</summary>
    private bool _menu;

    [Inject] public required IngestPulse Ingest { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    [Inject] public required TimeProvider Time { get; init; }

    [Inject] public required IOptions<WebOptions> Options { get; init; }

    // Their pages have addresses of their own, and no entry of their own.
    private bool IsBesideEvents => Navigation.ToBaseRelativePath(Navigation.Uri).Split('/', '?', '#')[0] is "event-formats" or "alerts";

    private string Here => new Uri(Navigation.Uri).PathAndQuery;

    protected override async Task OnInitializedAsync()
    {
        _exposed = IsExposed(Options.Value.Listen);
        Navigation.LocationChanged += Recover;
        await ReadAsync();
        if (RendererInfo.IsInteractive)
        {
            _ = BeatAsync();
        }
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(s_beat, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_gone.Token))
            {
                await ReadAsync();
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The reader is gone.
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            _pulse = await Ingest.ReadAsync(_gone.Token);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            // The page itself says that the database is away; the corner only falls silent.
            _pulse = null;
        }
    }

    /// <summary>"PORT" is loopback; an address that others can reach is exposed.</summary>
    internal static bool IsExposed(string listen)
    {
        if (string.IsNullOrWhiteSpace(listen) || int.TryParse(listen, CultureInfo.InvariantCulture, out _))
        {
            return false;
        }

        var colon = listen.LastIndexOf(':');
        var address = (colon > 0 ? listen[..colon] : listen).Trim('[', ']');
        return !address.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            && !(IPAddress.TryParse(address, out var parsed) && IPAddress.IsLoopback(parsed));
    }

    /// <summary>214; 1,204; 118 k.</summary>
    private static string Short(long? count) => count switch
    {
        null or 0 => "",
        < 10_000 => Words.Count(count.Value),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count.Value / 1000} k"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count.Value / 1_000_000} M"),
    };

    private void Recover(object? sender, LocationChangedEventArgs change)
    {
        _boundary?.Recover();
        if (_menu)
        {
            _menu = false;
            StateHasChanged();
        }
    }

    public void Dispose()
    {
        Navigation.LocationChanged -= Recover;
        _gone.Cancel();
        _gone.Dispose();
    }
}

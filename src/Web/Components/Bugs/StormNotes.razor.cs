using Mayday.Store.Bugs;
using Microsoft.AspNetCore.Components;

namespace Mayday.Web.Components.Bugs;

/// <summary>What storms there are: on the pages that people look at when something is going on.</summary>
public sealed partial class StormNotes
{
    /// <summary>A storm changes every second; people read it every few.</summary>
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(5);

    /// <summary>Live and largest first; more would push away what the page is for.</summary>
    private const int Shown = 3;

    private IReadOnlyList<Storm>? _storms;

    [Inject] public required StormOptions Options { get; init; }

    protected override async Task OnInitializedAsync()
    {
        _storms = await ReadOnceAsync("storms", LookAsync);
        if (RendererInfo.IsInteractive)
        {
            _ = BeatAsync();
        }
    }

    private async Task<IReadOnlyList<Storm>?> LookAsync(CancellationToken cancellation) => await Queries.Bugs.StormsAsync(Options.Machines, cancellation);

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(s_beat, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(Gone))
            {
                await InvokeAsync(async () =>
                {
                    var before = _storms;
                    _storms = await ReadAsync(LookAsync) ?? before;
                    if (before is not { Count: 0 } || _storms is not { Count: 0 })
                    {
                        StateHasChanged();
                    }
                });
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The reader is gone.
        }
    }
}

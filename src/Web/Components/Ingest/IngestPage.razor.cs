using System.Globalization;
using Mayday.Store.Ingest;
using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Ingest;

public sealed partial class IngestPage
{
    /// <summary>Collectors write their counters once a second.</summary>
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(1);

    private IngestStats? _stats;
    private (long At, long Datagrams)? _before;

    private string Rate { get; set; } = "since the first start";

    protected override async Task OnInitializedAsync()
    {
        _stats = await ReadOnceAsync("ingest", async cancellation => (IngestStats?)await Queries.Ingest.IngestStatsAsync(cancellation));
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
            while (await timer.WaitForNextTickAsync(Gone))
            {
                await InvokeAsync(async () =>
                {
                    if (await ReadAsync(async cancellation => (IngestStats?)await Queries.Ingest.IngestStatsAsync(cancellation)) is { } stats)
                    {
                        Measure(stats.Datagrams);
                        _stats = stats;
                    }

                    StateHasChanged();
                });
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The reader is gone.
        }
    }

    private void Measure(long datagrams)
    {
        var now = Time.GetTimestamp();
        if (_before is { } before && datagrams >= before.Datagrams)
        {
            var seconds = Math.Max(0.001, Time.GetElapsedTime(before.At, now).TotalSeconds);
            Rate = string.Create(CultureInfo.InvariantCulture, $"{(datagrams - before.Datagrams) / seconds:N0} a second now");
        }

        _before = (now, datagrams);
    }

    private static string Share(long part, long whole, string of) =>
        whole == 0 ? "" : $"{Words.Percent((double)part / whole)} {of}".TrimEnd();
}

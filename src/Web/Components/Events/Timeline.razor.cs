using Mayday.Protocol;
using Mayday.Store.Hosts;
using Microsoft.AspNetCore.Components;

namespace Mayday.Web.Components.Events;

/// <summary>One host's story.</summary>
public sealed partial class Timeline
{
    private const int Step = 40;

    private IReadOnlyList<TimelineItem>? _items;
    private Guid _read;

    [Inject] public required HostTimeline Story { get; init; }

    [Parameter, EditorRequired] public Guid HostId { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (_read != HostId)
        {
            _read = HostId;
            _items = await ReadOnceAsync($"timeline {HostId:N}", cancellation => ListAsync(Step, cancellation));
        }
    }

    private async Task ReadMoreAsync() => _items = await ReadAsync(cancellation => ListAsync((_items?.Count ?? 0) + Step, cancellation)) ?? _items;

    private async Task<IReadOnlyList<TimelineItem>?> ListAsync(int limit, CancellationToken cancellation) =>
        await Story.ListAsync(HostId, Time.GetUtcNow().AddDays(1), (int)Severity.Warning, limit, cancellation);
}

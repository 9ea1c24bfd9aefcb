using System.Data.Common;
using Mayday.Store.Events;
using Mayday.Store.Postgres;
using Mayday.Web.Components.Filters;
using Mayday.Web.Components.Texts;
using Microsoft.AspNetCore.Components;

namespace Mayday.Web.Components.Events;

public sealed partial class EventsBefore
{
    private const int MaxShown = 12;

    // The last event may have come in the same packet as the crash.
    private static readonly TimeSpan s_after = TimeSpan.FromSeconds(2);

    private IReadOnlyList<EventItem>? _items;
    private (Guid, DateTimeOffset)? _read;
    private bool _failed;

    [Inject] public required EventQueries Records { get; init; }

    [Parameter, EditorRequired] public Guid HostId { get; set; }

    [Parameter, EditorRequired] public DateTimeOffset At { get; set; }

    private string More => ViewQuery.Empty(ViewQuery.OfEvents)
        .With("host", HostId.ToString())
        .With("since", At.AddHours(-1).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture))
        .With("until", (At + s_after).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture))
        .ToUrl("events");

    protected override async Task OnParametersSetAsync()
    {
        if (_read == (HostId, At))
        {
            return;
        }

        _read = (HostId, At);
        try
        {
            var filter = new EventListFilter { HostId = HostId, Since = At.AddHours(-1), Until = At + s_after };
            _items = (await Records.ListAsync(filter, new PageRequest(MaxShown), CancellationToken.None)).Items;
        }
        catch (Exception failure) when (failure is DbException or TimeoutException or IOException or EventSearchTooLongException)
        {
            _failed = true;
        }
    }

    private string Before(EventItem item)
    {
        var apart = At - item.ReceivedAt;
        return apart < TimeSpan.FromSeconds(2) ? "as it died" : $"−{Words.Age(apart)}";
    }
}

using Mayday.Events.Screening;
using Mayday.Store.Crashes;
using Mayday.Store.Events.Alerts;
using Mayday.Store.Postgres;
using Mayday.Web.Components.Crashes;
using Mayday.Web.Components.Filters;
using Mayday.Web.Components.Texts;
using Mayday.Web.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Mayday.Web.Components.Events;

/// <summary>Thresholds that were reached, and what became of their webhooks.</summary>
public sealed partial class AlertsPage
{
    private ViewQuery _query = ViewQuery.Empty(ViewQuery.OfAlerts);
    private Page<EventAlertItem>? _page;
    private IDisposable? _subscription;

    [Inject] public required EventAlerts Store { get; init; }

    [Inject] public required EventKnowledge Knowledge { get; init; }

    [Inject] public required EventScreen Screen { get; init; }

    [Inject] public required EventFeed Feed { get; init; }

    private string Verdict => _page switch
    {
        null => "Newest first.",
        { Items.Count: 0 } => "None.",
        { Items: var alerts } => $"The last one {Words.Age(Time.GetUtcNow() - alerts[0].FiredAt)} ago: {PlainText.Of(alerts[0].Rule)}.",
    };

    private string Dropped
    {
        get
        {
            var folded = Screen.Folded == 0 ? "" : $"{Words.Count(Screen.Folded, "event", "events")} became part of an equal one before";
            var rules = Screen.Discarded.Select(rule => $"{Words.Count(rule.Value)} ({PlainText.Of(rule.Key)})").ToList();
            var discarded = rules.Count == 0 ? "" : $"rules discarded {Words.Enumerate(rules)}";
            return $"Since this program started, {folded}{(folded.Length > 0 && discarded.Length > 0 ? "; " : "")}{discarded}.";
        }
    }

    protected override async Task OnInitializedAsync()
    {
        Navigation.LocationChanged += OnMoved;
        if (RendererInfo.IsInteractive)
        {
            _subscription = Feed.Subscribe(() => InvokeAsync(ReadListAsync));
        }

        await ReadListAsync();
    }

    private async Task ReadListAsync()
    {
        if (Gone.IsCancellationRequested)
        {
            return;
        }

        _query = ViewQuery.FromUrl(Navigation.Uri, ViewQuery.OfAlerts);
        try
        {
            _page = await ReadAsync(async cancellation =>
                (Page<EventAlertItem>?)await Store.ListAsync(_query["rule"], _query["host"], new PageRequest(50, _query["cursor"]), cancellation)) ?? _page;
        }
        catch (InvalidCursorException)
        {
            // An address that was cut: the beginning of the list is shown.
            _query = _query.With("cursor", null);
            _page = await ReadAsync(async cancellation => (Page<EventAlertItem>?)await Store.ListAsync(_query["rule"], _query["host"], new PageRequest(50), cancellation));
        }

        StateHasChanged();
    }

    private void OnMoved(object? sender, LocationChangedEventArgs change)
    {
        if (Navigation.ToBaseRelativePath(change.Location).Split('?', '#')[0] == "alerts")
        {
            _ = InvokeAsync(ReadListAsync);
        }
    }

    private static string Tone(string severity) => severity switch
    {
        "emerg" or "alert" or "crit" => "fatal",
        "err" => "oops",
        "warning" => "warn",
        _ => "",
    };

    private static string Delivery(EventAlertItem alert) => alert switch
    {
        { Delivery: "none" } => "no webhook",
        { Delivery: "delivered" } => "webhook called",
        { Delivery: "failed" } => $"webhook given up after {Words.Count(alert.Attempts, "attempt", "attempts")}: {PlainText.Of(alert.DeliveryError)}",
        { DeliveryError: { } error } => $"webhook is tried again, {Words.Count(alert.Attempts, "attempt", "attempts")} so far: {PlainText.Of(error)}",
        _ => "webhook is being called",
    };

    protected override void Dispose(bool disposing)
    {
        _subscription?.Dispose();
        Navigation.LocationChanged -= OnMoved;
        base.Dispose(disposing);
    }
}

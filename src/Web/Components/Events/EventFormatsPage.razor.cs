using System.Globalization;
using Mayday.Events.Screening;
using Mayday.Events.Templates;
using Mayday.Store.Events;
using Mayday.Web.Components.Display;
using Mayday.Web.Components.Filters;
using Mayday.Web.Components.Texts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace Mayday.Web.Components.Events;

/// <summary>Events of one format string as one row: how many, on how many hosts, and how their values are spread.</summary>
public sealed partial class EventFormatsPage
{
    private const int MaxValues = 3;

    // A row with more than four lines of values hides the next format.
    private const int MaxArguments = 4;

    private readonly List<string> _problems = [];
    private ViewQuery _query = ViewQuery.Empty(ViewQuery.OfEventFormats);
    private EventFormatFilter _filter = new();
    private int? _total;

    [Inject] public required EventQueries Records { get; init; }

    [Inject] public required EventKnowledge Knowledge { get; init; }

    private string Verdict => _total switch
    {
        null => "Events that were printed with one format string are one row.",
        0 => "None.",
        _ => $"{Words.Count(_total.Value, "format", "formats")}: events that were printed with one format string are one row. A value narrows to the events that have it.",
    };

    protected override void OnInitialized()
    {
        Follow();
        Navigation.LocationChanged += OnMoved;
    }

    private void Follow()
    {
        _problems.Clear();
        _query = ViewQuery.FromUrl(Navigation.Uri, ViewQuery.OfEventFormats);
        _filter = _query.ToFormatFilter(Time.GetUtcNow(), _problems);
    }

    private void OnMoved(object? sender, LocationChangedEventArgs change)
    {
        if (Navigation.ToBaseRelativePath(change.Location).Split('?', '#')[0] == "event-formats")
        {
            Follow();
            StateHasChanged();
        }
    }

    private void Count(int total) => _total = total;

    private async Task<Slice<EventFormatItem>> ReadAsync(ListWindow window, CancellationToken cancellation)
    {
        var (items, total) = await Records.SliceFormatsAsync(_filter, window.Offset, window.Count, cancellation);
        return new(items, total);
    }

    private static string Name(EventFormatItem item) => item.Format is { } format ? PlainText.Of(format.TrimEnd('\n').ReplaceLineEndings(" ↵ "))
        : item.Sample.Length > 0 ? PlainText.Of(item.Sample)
        : "without text";

    private static IEnumerable<EventFormatArgument> Told(EventFormatItem item) => item.Arguments.Where(argument => argument.Values.Count > 0).Take(MaxArguments);

    private string Label(EventFormatItem item, EventFormatArgument argument) =>
        argument.Name ?? Known(item, argument)?.Name ?? string.Create(CultureInfo.InvariantCulture, $"arg{argument.Position}");

    private string? Word(EventFormatItem item, EventFormatArgument argument, EventArgumentValue value) =>
        value.Number is { } number and >= long.MinValue and <= long.MaxValue ? Known(item, argument)?.Words?.Of((long)number) : null;

    private TemplateArgument? Known(EventFormatItem item, EventFormatArgument argument) =>
        Knowledge.Templates.Find(item.Facility, unchecked((int)item.EventType))?.Argument(argument.Position - 1);

    private static string Rest(EventFormatArgument argument) => argument switch
    {
        { Minimum: { } least, Maximum: { } most } => string.Create(CultureInfo.InvariantCulture, $"others, from {least} to {most}"),
        { IsExact: true } => $"and {Words.Count(argument.Values.Count - MaxValues)} more",
        _ => "and others",
    };

    protected override void Dispose(bool disposing)
    {
        Navigation.LocationChanged -= OnMoved;
        base.Dispose(disposing);
    }
}

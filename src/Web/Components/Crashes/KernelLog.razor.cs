using System.Globalization;
using Mayday.Web.Components.Texts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.JSInterop;

namespace Mayday.Web.Components.Crashes;

/// <summary>The whole log of a crash with numbered, linkable lines; long logs in windows. The bytes are let go once the window is text.</summary>
public sealed partial class KernelLog
{
    private LogWindow? _window;
    private bool _missing;
    private int? _pending;
    private int _asked;

    [Inject] public required IJSRuntime Script { get; init; }

    [Parameter, EditorRequired] public Guid CrashId { get; set; }

    [Parameter] public string? GuiltyFunction { get; set; }

    private string Summary => _window is null ? "" : $"{Words.Count(_window.TotalLines, "line", "lines")}, {Words.Bytes(_window.TotalBytes)}";

    protected override async Task OnInitializedAsync()
    {
        Navigation.LocationChanged += OnMoved;
        _pending = Wanted(Navigation.Uri);
        await LoadAsync(_pending);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_pending is { } line && _window is not null)
        {
            _pending = null;
            try
            {
                await Script.InvokeAsync<bool>("mayday.show", Gone, string.Create(CultureInfo.InvariantCulture, $"L{line}"));
            }
            catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException)
            {
                // The reader is gone.
            }
        }
    }

    private async Task LoadAsync(int? around)
    {
        var asked = ++_asked;
        // Keyed by what is shown: the circuit takes over the window that the first, static rendering made.
        var window = await ReadOnceAsync(string.Create(CultureInfo.InvariantCulture, $"{CrashId:N}/{around}"), async cancellation =>
        {
            var log = await Queries.Crashes.FindCrashLogAsync(CrashId, cancellation);
            return log is null ? null : LogWindow.Of(log.Log, log.Start, log.End, GuiltyFunction, around);
        });
        if (asked != _asked)
        {
            // The reader went on while this one was read: the later window stays.
            return;
        }

        _missing = window is null && Failure is null;
        _window = window;
    }

    private void OnMoved(object? sender, LocationChangedEventArgs change) => _ = InvokeAsync(async () =>
    {
        if (Wanted(change.Location) is { } line && new Uri(change.Location).AbsolutePath.EndsWith(CrashId.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            if (_window is null || line < _window.First || line > _window.Last)
            {
                await LoadAsync(line);
            }

            _pending = line;
            StateHasChanged();
        }
    });

    /// <summary>"?line=361" and "#L361" name the line; the browser keeps the fragment to itself, and moves inside a page without a word.</summary>
    private static int? Wanted(string url)
    {
        var address = new Uri(url);
        var given = QueryHelpers.ParseQuery(address.Query).TryGetValue("line", out var values) ? values[^1] : null;
        var word = given ?? (address.Fragment.StartsWith("#L", StringComparison.Ordinal) ? address.Fragment[2..] : null);
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? line : null;
    }

    private string WindowUrl(int line) => string.Create(CultureInfo.InvariantCulture, $"crashes/{CrashId}?line={line}#L{line}");

    private string LineUrl(int line) =>
        _window is { } window && window.Lines.Count < window.TotalLines ? WindowUrl(line) : string.Create(CultureInfo.InvariantCulture, $"crashes/{CrashId}#L{line}");

    private static string ClassOf(ShownLine line)
    {
        var severity = line.Severity switch
        {
            <= 3 => "err",
            4 => "wrn",
            _ => "",
        };
        return $"{severity}{(line.InReport ? " in" : "")}{(line.IsGuilty ? " hit" : "")}".TrimStart();
    }

    protected override void Dispose(bool disposing)
    {
        Navigation.LocationChanged -= OnMoved;
        base.Dispose(disposing);
    }
}

using Mayday.Events.Filtering;
using Mayday.Events.Screening;
using Mayday.Query;
using Mayday.Web.Components.Filters;
using Mayday.Web.Components.Texts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace Mayday.Web.Components.Events;

/// <summary>Takes a filter, offers the words that could stand where one types, and marks the column of a mistake.</summary>
public sealed partial class FilterBox
{
    // Not in the markup: what is encoded there is encoded again, and people read &lt;.
    private const string Hint = "severity <= err && host ~ ^web && arg1 > 5";

    private string _text = "";
    private string _parsed = "";
    private string? _shown;
    private FilterError? _error;
    private FilterCompletion _completion = FilterCompletion.Nothing;
    private int _chosen = -1;

    [Inject] public required NavigationManager Navigation { get; init; }

    [Inject] public required EventKnowledge Knowledge { get; init; }

    [Inject] public required IJSRuntime Script { get; init; }

    [Parameter, EditorRequired] public ViewQuery Query { get; set; } = ViewQuery.Empty(ViewQuery.OfEvents);

    [Parameter, EditorRequired] public string Path { get; set; } = "events";

    private EventCatalogue Catalogue => new(Knowledge.Templates.Names);

    private bool IsOpen => _completion.Suggestions.Count > 0;

    protected override void OnParametersSet()
    {
        // What is being typed stays; a filter that came with the address takes its place.
        var given = Query[ViewQuery.Filter] ?? "";
        if (given != _shown)
        {
            _shown = _text = given;
            Check();
        }
    }

    private void Check()
    {
        _parsed = _text;
        _error = null;
        if (!string.IsNullOrWhiteSpace(_text) && !EventFilter.TryParse(_text, Catalogue, out _, out var error))
        {
            _error = error;
        }
    }

    private async Task TypedAsync(string? typed)
    {
        _text = typed ?? "";
        // A mistake shown while the rest is still to come would be noise; one that is shown goes as soon as it is mended.
        if (_error is not null)
        {
            Check();
        }

        var caret = await Script.InvokeAsync<int>("mayday.caret", "filter");
        _completion = FilterCompletion.At(_text, caret, Catalogue);
        _chosen = -1;
    }

    private async Task PressedAsync(KeyboardEventArgs key)
    {
        if (!IsOpen)
        {
            return;
        }

        var count = _completion.Suggestions.Count;
        switch (key.Key)
        {
            case "ArrowDown":
                _chosen = (_chosen + 1) % count;
                break;
            case "ArrowUp":
                _chosen = _chosen <= 0 ? count - 1 : _chosen - 1;
                break;
            case "Enter" or "Tab" when _chosen >= 0:
                await TakeAsync(_chosen);
                break;
            case "Escape" or "Enter":
                Close();
                break;
        }
    }

    private async Task TakeAsync(int index)
    {
        if (index >= _completion.Suggestions.Count)
        {
            return;
        }

        // The list may be of a moment ago: what the word takes the place of is what stands at the caret now.
        var word = _completion.Suggestions[index].Insert + " ";
        var caret = await Script.InvokeAsync<int>("mayday.caret", "filter");
        var now = FilterCompletion.At(_text, caret, Catalogue);

        // A space that follows the word already is taken along, or there would be two.
        var spaces = _text[(now.Start + now.Length)..].TakeWhile(char.IsWhiteSpace).Count();
        Close();

        // The browser writes and the text comes back as typing does: written from here, it would overwrite what is typed meanwhile.
        await Script.InvokeVoidAsync("mayday.insert", "filter", now.Start, now.Length + spaces, word);
    }

    private void Close()
    {
        _completion = FilterCompletion.Nothing;
        _chosen = -1;
    }

    private void Submit()
    {
        Close();
        Check();
        if (_error is null)
        {
            _shown = _text;
            Navigation.NavigateTo(Query.With(ViewQuery.Filter, _text).ToUrl(Path));
        }
    }

    private string Part(int from, int to) => from < to && from < _parsed.Length ? PlainText.Of(_parsed[from..Math.Min(to, _parsed.Length)]) : "";

    private string Marked(FilterError error) => Part(error.Column - 1, error.Column - 1 + error.Length);
}

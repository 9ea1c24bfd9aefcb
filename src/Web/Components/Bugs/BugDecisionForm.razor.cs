using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Mayday.Web.Components.Bugs;

/// <summary>What a person answered before bugs are merged or split.</summary>
/// <param name="Bug">The other bug as typed; empty where it was named before.</param>
/// <param name="Note">The reason, or null.</param>
public sealed record BugDecisionAnswer(string Bug, string? Note);

public sealed partial class BugDecisionForm
{
    private ElementReference _first;
    private ElementReference _note;
    private string _bug = "";
    private string _reason = "";
    private bool _busy;

    /// <summary>What will happen, in a sentence.</summary>
    [Parameter, EditorRequired] public RenderFragment? ChildContent { get; set; }

    /// <summary>The word on the button that does it.</summary>
    [Parameter, EditorRequired] public required string Action { get; set; }

    [Parameter] public bool AsksForBug { get; set; }

    /// <summary>Why it was not done; null while it was not tried.</summary>
    [Parameter] public string? Problem { get; set; }

    [Parameter] public EventCallback<BugDecisionAnswer> OnConfirm { get; set; }

    [Parameter] public EventCallback OnCancel { get; set; }

    // A reader with a keyboard or a screen reader must not look for what has opened.
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await (AsksForBug ? _first : _note).FocusAsync();
        }
    }

    private async Task ConfirmAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        try
        {
            await OnConfirm.InvokeAsync(new BugDecisionAnswer(_bug.Trim(), string.IsNullOrWhiteSpace(_reason) ? null : _reason.Trim()));
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task KeyAsync(KeyboardEventArgs key)
    {
        if (key.Key == "Escape")
        {
            await OnCancel.InvokeAsync();
        }
    }
}

using Mayday.Web.Components.Reading;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Mayday.Web.Components;

public sealed partial class Routes
{
    private Reader _reader = Reader.Unknown;

    [Inject] public required IJSRuntime Script { get; init; }

    /// <summary>The reader's zone as the cookie of an earlier visit has it.</summary>
    [Parameter] public string? Zone { get; set; }

    protected override void OnInitialized() => _reader = Reader.In(Zone);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        // The first visit has no cookie yet, and a traveller's cookie is stale.
        try
        {
            var zone = await Script.InvokeAsync<string?>("mayday.zone");
            if (zone != Zone)
            {
                _reader = Reader.In(zone);
                StateHasChanged();
            }
        }
        catch (JSDisconnectedException)
        {
            // The reader left within the first moment.
        }
    }
}

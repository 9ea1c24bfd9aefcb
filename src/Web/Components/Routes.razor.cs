using Mayday.Web.Components.Texts;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Mayday.Web.Components;

public sealed partial class Routes
{
    private Reader _reader = Reader.Unknown;

    [Inject] public required IJSRuntime Script { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

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

            // Not before the router below has said that it follows links, which it does after its first rendering, and that is later than ours.
            await Task.Yield();
            var address = await Script.InvokeAsync<string?>("mayday.live", Navigation.Uri);
            if (address is not null && address != Navigation.Uri)
            {
                Navigation.NavigateTo(address, replace: true);
            }
        }
        catch (JSDisconnectedException)
        {
            // The reader left within the first moment.
        }
    }
}

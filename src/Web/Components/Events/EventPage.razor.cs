using System.Globalization;
using System.Text;
using Mayday.Events.Filtering;
using Mayday.Events.Screening;
using Mayday.Events.Templates;
using Mayday.Protocol.Evlog;
using Mayday.Store.Events;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Mayday.Web.Components.Events;

public sealed partial class EventPage
{
    // A record's 8 KiB would be 1,000 lines; the API gives all of it.
    private const int MaxShownBytes = 1024;

    private EventDetail? _event;
    private TemplateFit? _fit;
    private Guid _read;
    private bool _loaded;

    [Parameter] public Guid Id { get; set; }

    [CascadingParameter] public HttpContext? Http { get; set; }

    [Inject] public required EventQueries Records { get; init; }

    [Inject] public required EventKnowledge Knowledge { get; init; }

    protected override async Task OnParametersSetAsync()
    {
        if (_read == Id)
        {
            return;
        }

        _read = Id;
        _loaded = false;
        _event = null;
        _event = await ReadOnceAsync(Id.ToString("N"), cancellation => Records.FindAsync(Id, cancellation));
        _loaded = true;
        _fit = _event is null ? null : Knowledge.Templates.Find(_event.Event.Facility, unchecked((int)_event.Event.EventType));
        if (_event is null && Failure is null && Http is { Response.HasStarted: false } http)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private TemplateArgument? Known(int index) => _fit is null ? null
        : _fit.Template.Payload.Count > 0 ? _fit.Template.Payload.ElementAtOrDefault(index)?.Argument
        : _fit.Argument(index);

    private static string Flags(EvlogFlags flags)
    {
        var words = FilterWords.Flags.Where(known => (flags & known.Flag) != 0).Select(known => known.Word).ToArray();
        return words.Length == 0 ? "none" : string.Join(' ', words);
    }

    private static string Hex(byte[] bytes)
    {
        var dump = new StringBuilder();
        for (var row = 0; row < Math.Min(bytes.Length, MaxShownBytes); row += 16)
        {
            dump.Append(CultureInfo.InvariantCulture, $"{row:x4}");
            foreach (var octet in bytes.AsSpan(row, Math.Min(16, bytes.Length - row)))
            {
                dump.Append(CultureInfo.InvariantCulture, $" {octet:x2}");
            }

            dump.Append('\n');
        }

        return bytes.Length > MaxShownBytes ? dump.Append('…').ToString() : dump.ToString();
    }
}

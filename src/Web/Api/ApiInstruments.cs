using System.Diagnostics.Metrics;
using Mayday.Web.Api.Dumps;
using Mayday.Web.Api.Events;

namespace Mayday.Web.Api;

/// <summary>What the API counts itself; requests, times and statuses are counted by ASP.NET Core (Microsoft.AspNetCore.Hosting).</summary>
internal sealed class ApiInstruments
{
    public const string MeterName = "Mayday.Web";

    private readonly Counter<long> _taken;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _eventsTaken;
    private readonly Counter<long> _eventsRejected;
    private readonly Counter<long> _batchesRefused;

    public ApiInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _taken = meter.CreateCounter<long>("mayday.web.dumps.taken", "{dump}", "Kernel logs handed in over HTTP that are stored; result tells new ones from copies.");
        _refused = meter.CreateCounter<long>("mayday.web.dumps.refused", "{dump}", "Kernel logs handed in over HTTP that were not taken, by reason.");
        _eventsTaken = meter.CreateCounter<long>("mayday.web.events.taken", "{event}", "Events handed in over HTTP; result tells new ones from copies.");
        _eventsRejected = meter.CreateCounter<long>("mayday.web.events.rejected", "{event}", "Events of a batch that were not taken, by reason.");
        _batchesRefused = meter.CreateCounter<long>("mayday.web.events.refused", "{batch}", "Batches of events that were not taken as a whole, by reason.");
    }

    public void DumpTaken(bool isNew) => _taken.Add(1, new KeyValuePair<string, object?>("result", isNew ? "new" : "copy"));

    public void DumpRefused(DumpRefusal reason) =>
        _refused.Add(1, new KeyValuePair<string, object?>("reason", System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(reason.ToString())));

    public void EventsTaken(EventReceipt receipt)
    {
        _eventsTaken.Add(receipt.Accepted, new KeyValuePair<string, object?>("result", "new"));
        _eventsTaken.Add(receipt.Duplicates, new KeyValuePair<string, object?>("result", "copy"));
        foreach (var reason in receipt.Rejected.CountBy(rejection => rejection.Reason))
        {
            _eventsRejected.Add(reason.Value, new KeyValuePair<string, object?>("reason", reason.Key));
        }
    }

    public void EventsRefused(EventBatchRefusal reason) =>
        _batchesRefused.Add(1, new KeyValuePair<string, object?>("reason", System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(reason.ToString())));
}

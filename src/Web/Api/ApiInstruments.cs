using System.Diagnostics.Metrics;

namespace Mayday.Web.Api;

/// <summary>What the API counts itself; requests, times and statuses are counted by ASP.NET Core (Microsoft.AspNetCore.Hosting).</summary>
internal sealed class ApiInstruments
{
    public const string MeterName = "Mayday.Web";

    private readonly Counter<long> _taken;
    private readonly Counter<long> _refused;

    public ApiInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _taken = meter.CreateCounter<long>("mayday.web.dumps.taken", "{dump}", "Kernel logs handed in over HTTP that are stored; result tells new ones from copies.");
        _refused = meter.CreateCounter<long>("mayday.web.dumps.refused", "{dump}", "Kernel logs handed in over HTTP that were not taken, by reason.");
    }

    public void DumpTaken(bool isNew) => _taken.Add(1, new KeyValuePair<string, object?>("result", isNew ? "new" : "copy"));

    public void DumpRefused(DumpRefusal reason) =>
        _refused.Add(1, new KeyValuePair<string, object?>("reason", System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(reason.ToString())));
}

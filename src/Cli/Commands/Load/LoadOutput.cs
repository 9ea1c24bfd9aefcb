using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mayday.Hosting;
using Mayday.Simulation.Load;

namespace Mayday.Cli.Commands.Load;

/// <summary>The output of <c>mayday load --json</c>. Stable: members are only added.</summary>
internal sealed record LoadOutput
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    public required string Scenario { get; init; }

    public required int Seed { get; init; }

    public required string Name { get; init; }

    public required string Target { get; init; }

    public required int Hosts { get; init; }

    public required long Sent { get; init; }

    public required long Bytes { get; init; }

    public required long Netoops { get; init; }

    public required long Netconsole { get; init; }

    public required long NetconsoleBasic { get; init; }

    public required long Events { get; init; }

    public required long Strangers { get; init; }

    public required long Lost { get; init; }

    public required long Duplicated { get; init; }

    public required long Late { get; init; }

    public required long Dumps { get; init; }

    public required long PartialDumps { get; init; }

    public required long MissingPackets { get; init; }

    public required long RepeatedPackets { get; init; }

    public required long Crashes { get; init; }

    public required IReadOnlyDictionary<string, long> Signatures { get; init; }

    public required long Refused { get; init; }

    public required double Seconds { get; init; }

    public required double ProcessorSeconds { get; init; }

    public required double PacketsPerSecond { get; init; }

    public required double PacketsPerProcessorSecond { get; init; }

    public required double MostBehindMilliseconds { get; init; }

    public required IReadOnlyList<LoadedHostOutput>? EachHost { get; init; }

    /// <summary>Only for the scenario <c>latency</c>.</summary>
    public LoadLatency? Latency { get; init; }

    /// <summary>Only with <c>--check</c>: all comparisons.</summary>
    public IReadOnlyList<LoadComparison>? Check { get; init; }

    /// <summary>True if everything arrived as expected, as far as it was checked.</summary>
    public bool IsAsSent => Refused == 0 && Latency is null or { NotSeen: 0 } && Check?.Any(comparison => comparison.Differs) != true;

    public static LoadOutput From(LoadRequest request, LoadReport report, bool eachHost) => new()
    {
        Scenario = request.Scenario,
        Seed = request.Options.Seed,
        Name = request.Options.HostName,
        Target = request.Options.Target.ToString(),
        Hosts = report.Hosts.Count,
        Sent = report.Sent,
        Bytes = report.Bytes,
        Netoops = report.NetoopsSent,
        Netconsole = report.NetconsoleSent,
        NetconsoleBasic = report.NetconsoleBasicSent,
        Events = report.EventsSent,
        Strangers = report.StrangersSent,
        Lost = report.Lost,
        Duplicated = report.Duplicated,
        Late = report.Late,
        Dumps = report.Dumps,
        PartialDumps = report.PartialDumps,
        MissingPackets = report.MissingPackets,
        RepeatedPackets = report.RepeatedPackets,
        Crashes = report.Crashes.Values.Sum(),
        Signatures = report.Crashes,
        Refused = report.Refused,
        Seconds = Math.Round(report.Elapsed.TotalSeconds, 3),
        ProcessorSeconds = Math.Round(report.ProcessorTime.TotalSeconds, 3),
        PacketsPerSecond = Math.Round(report.Sent / report.Elapsed.TotalSeconds),
        PacketsPerProcessorSecond = Math.Round(report.Sent / Math.Max(0.001, report.ProcessorTime.TotalSeconds)),
        MostBehindMilliseconds = Math.Round(report.MostBehind.TotalMilliseconds, 1),
        EachHost = eachHost
            ? [.. report.Hosts.Select(host => new LoadedHostOutput(
                host.Name, host.Address.ToString(), WordOf(host.Format), host.Sent, host.Records, host.Lost, host.Duplicates, host.Late, host.Dumps, host.PartialDumps, host.Crashes))]
            : null,
    };

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>The text for people: what was sent, how fast, and how much CPU the sender used.</summary>
    public IEnumerable<string> ToLines()
    {
        yield return Line($"sent {Sent:N0} datagrams, {Bytes:N0} bytes, in {Seconds:0.0} s ({PacketsPerSecond:N0} a second) to {Target}");
        yield return Line($"  of {Hosts:N0} machines named {(Name.Length == 0 ? "nothing" : Name + "-*")}, seed {Seed}");
        yield return Line($"  {Netoops:N0} netoops, {Netconsole:N0} extended netconsole, {NetconsoleBasic:N0} basic, {Events:N0} events; {Strangers:N0} of them from made-up addresses");
        yield return Line($"  {Lost:N0} lost, {Late:N0} late, {Duplicated:N0} doubled on purpose");
        if (Crashes > 0)
        {
            yield return Line($"  {Crashes:N0} crashes with {Signatures.Count} signatures; {Dumps:N0} dumps, {PartialDumps:N0} with packets missing in every round");
        }

        yield return Line($"  sender: {ProcessorSeconds:0.00} s of processor time ({PacketsPerProcessorSecond:N0} a processor-second), at most {MostBehindMilliseconds:0.0} ms behind");
        foreach (var line in ResultLines())
        {
            yield return line;
        }
    }

    private IEnumerable<string> ResultLines()
    {
        if (Latency is { } latency)
        {
            yield return Line($"last packet of a whole dump to its row over REST: p50 {latency.P50:0.0} ms, p90 {latency.P90:0.0} ms, p99 {latency.P99:0.0} ms, at most {latency.Max:0.0} ms, of {latency.Dumps} dumps; {latency.NotSeen} not seen");
        }

        if (Check is null)
        {
            yield break;
        }

        var differing = Check.Where(comparison => comparison.Differs).ToArray();
        yield return Line($"check: {Check.Count - differing.Length} of {Check.Count} comparisons are as sent");
        foreach (var comparison in differing)
        {
            yield return Line($"  DIFFERS {Printable.Show(comparison.What)}: sent {comparison.Sent:N0}, collector {comparison.Counted:N0}");
        }
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    internal static string WordOf(LoadFormat format) => format switch
    {
        LoadFormat.Netoops => "netoops",
        LoadFormat.NetconsoleBasic => "netconsole-basic",
        LoadFormat.Evlog => "evlog",
        _ => "netconsole",
    };
}

/// <summary>One machine in <c>eachHost</c>.</summary>
internal sealed record LoadedHostOutput(
    string Name, string Address, string Format, long Sent, long Records, long Lost, long Duplicates, long Late, long Dumps, long PartialDumps, long Crashes);

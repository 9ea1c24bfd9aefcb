using Mayday.Protocol;

namespace Mayday.Store.Crashes;

/// <summary>
/// Groups the crashes of one host into incidents. Crashes of one dump that follow each other closely form one incident. So do crashes of
/// other dumps of the same boot within minutes. Pure: the writer loads the candidates and stores the result.
/// </summary>
internal sealed class IncidentAssigner(IEnumerable<Incident> recent)
{
    /// <summary>
    /// Maximum time between two crashes of one incident. Hung tasks panic after 2 to 4 minutes; lockups and stalls repeat every 20 s to 3
    /// minutes. A warning printed hours earlier is unrelated.
    /// </summary>
    public static readonly TimeSpan MaxGap = TimeSpan.FromMinutes(5);

    // Network and batching shift arrivals by less than this. A reboot takes longer, even for a virtual machine.
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromSeconds(5);

    // Without printk times, a crash after a fatal one belongs to a new incident if the machine could have rebooted in between.
    private static readonly TimeSpan s_untimedFatalGap = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Guid, List<Incident>> _ofHost = recent.GroupBy(incident => incident.HostId).ToDictionary(group => group.Key, group => group.ToList());

    public IEnumerable<Incident> Changed => _ofHost.Values.SelectMany(list => list).Where(incident => incident.IsChanged);

    /// <summary>Assigns an incident to each crash of a dump. Witnesses of known crashes keep the incident of their crash.</summary>
    /// <param name="dump">The dump.</param>
    /// <param name="known">Returns the incident of a known report; null for a new one.</param>
    /// <returns>One incident id per crash, in order.</returns>
    public Guid[] Assign(PendingDump dump, Func<PendingCrash, Guid?> known)
    {
        var result = new Guid[dump.Crashes.Count];
        var lastTime = dump.Crashes.Max(crash => crash.PrintkTime);
        for (var first = 0; first < dump.Crashes.Count;)
        {
            var end = first + 1;
            while (end < dump.Crashes.Count && Follows(dump.Crashes[end - 1], dump.Crashes[end]))
            {
                end++;
            }

            var group = dump.Crashes.Skip(first).Take(end - first).ToArray();
            var times = new CrashTimes(dump, group, lastTime);
            var id = group.Select(known).FirstOrDefault(incident => incident is not null);
            var target = id is null ? Belonging(times) ?? Open(times) : Find(dump.HostId, id.Value);
            target?.Extend(times, group.Any(crash => crash.Report.Fatal), group.Count(crash => known(crash) is null));
            for (var i = first; i < end; i++)
            {
                result[i] = known(dump.Crashes[i]) ?? target?.Id ?? id!.Value;
            }

            first = end;
        }

        return result;
    }

    private static bool Follows(PendingCrash earlier, PendingCrash later) =>
        earlier.PrintkTime is not { } a || later.PrintkTime is not { } b || Math.Abs(b - a) <= MaxGap.TotalSeconds;

    private Incident? Find(Guid hostId, Guid id) => _ofHost.TryGetValue(hostId, out var list) ? list.Find(incident => incident.Id == id) : null;

    private Incident? Belonging(CrashTimes times) =>
        _ofHost.TryGetValue(times.HostId, out var list) ? list.Where(incident => IsSameDeath(incident, times)).MaxBy(incident => incident.LastAt) : null;

    private Incident Open(CrashTimes times)
    {
        var incident = new Incident
        {
            Id = DumpId.At(times.DumpTime),
            HostId = times.HostId,
            BootId = times.BootId,
            FirstAt = times.From,
            LastAt = times.To,
            FirstPrintkTime = times.FirstPrintk,
            LastPrintkTime = times.LastPrintk,
            IsNew = true,
        };
        if (!_ofHost.TryGetValue(times.HostId, out var list))
        {
            _ofHost[times.HostId] = list = [];
        }

        list.Add(incident);
        return incident;
    }

    private static bool IsSameDeath(Incident incident, CrashTimes times)
    {
        var bothBoots = incident.BootId is not null && times.BootId is not null;
        if (bothBoots && incident.BootId != times.BootId)
        {
            return false;
        }

        var wallGap = TimeSpan.FromTicks(Math.Max(0, Math.Max((times.From - incident.LastAt).Ticks, (incident.FirstAt - times.To).Ticks)));
        if (incident.LastPrintkTime is not { } lastPrintk || incident.FirstPrintkTime is not { } firstPrintk
            || times.FirstPrintk is not { } groupFirst || times.LastPrintk is not { } groupLast)
        {
            return wallGap <= (incident.Fatal && !bothBoots ? s_untimedFatalGap : MaxGap);
        }

        var printkGap = Math.Max(0, Math.Max(groupFirst - lastPrintk, firstPrintk - groupLast));
        if (printkGap > MaxGap.TotalSeconds)
        {
            return false;
        }

        if (bothBoots)
        {
            return true;
        }

        // Within one boot the printed clock and ours advance together. After a reboot the printed clock restarts.
        var passed = groupFirst - lastPrintk;
        return wallGap <= MaxGap
            && passed >= (times.From - incident.LastAt - s_clockTolerance).TotalSeconds
            && passed <= (times.To - incident.FirstAt + s_clockTolerance).TotalSeconds;
    }
}

/// <summary>When the crashes of one group happened, by our clock and by the kernel's.</summary>
internal readonly struct CrashTimes
{
    public CrashTimes(PendingDump dump, PendingCrash[] group, double? lastTimeOfDump)
    {
        HostId = dump.HostId;
        BootId = dump.BootId;
        DumpTime = DumpId.TimeOf(dump.Dump.Id);
        FirstPrintk = group.Min(crash => crash.PrintkTime);
        LastPrintk = group.Max(crash => crash.PrintkTime);
        // A dump with a long log contains older groups. The printed times tell how long before its arrival they happened.
        var before = Math.Min(lastTimeOfDump - LastPrintk ?? 0, TimeSpan.FromDays(365).TotalSeconds);
        (From, To) = dump.Dump.OccurredAt is null ? (dump.ReceivedAt, dump.CompletedAt) : (dump.OccurredAt, dump.OccurredAt);
        From -= TimeSpan.FromSeconds(before);
        To -= TimeSpan.FromSeconds(before);
    }

    public Guid HostId { get; }

    public string? BootId { get; }

    public DateTimeOffset DumpTime { get; }

    public DateTimeOffset From { get; }

    public DateTimeOffset To { get; }

    public double? FirstPrintk { get; }

    public double? LastPrintk { get; }
}

/// <summary>An incident: all crashes of one failure of one machine, as known while a batch is written.</summary>
internal sealed class Incident
{
    public required Guid Id { get; init; }

    public required Guid HostId { get; init; }

    public string? BootId { get; set; }

    public required DateTimeOffset FirstAt { get; set; }

    public required DateTimeOffset LastAt { get; set; }

    public double? FirstPrintkTime { get; set; }

    public double? LastPrintkTime { get; set; }

    public int CrashCount { get; set; }

    public bool Fatal { get; set; }

    public bool IsNew { get; init; }

    public bool IsChanged { get; private set; }

    public void Extend(CrashTimes times, bool fatal, int crashes)
    {
        BootId ??= times.BootId;
        FirstAt = times.From < FirstAt ? times.From : FirstAt;
        LastAt = times.To > LastAt ? times.To : LastAt;
        FirstPrintkTime = FirstPrintkTime < times.FirstPrintk ? FirstPrintkTime : times.FirstPrintk ?? FirstPrintkTime;
        LastPrintkTime = LastPrintkTime > times.LastPrintk ? LastPrintkTime : times.LastPrintk ?? LastPrintkTime;
        CrashCount += crashes;
        Fatal |= fatal;
        IsChanged = true;
    }
}

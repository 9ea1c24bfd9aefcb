using Mayday.Query;
using Mayday.Query.Fields;
using Mayday.Store.Postgres;

namespace Mayday.Store.Hosts;

/// <summary>The fields of hosts in the query language, and the columns they are.</summary>
public static class HostFields
{
    private static readonly FilterField s_host = new("host", TextType.Instance, "name, address or id");
    private static readonly FilterField s_name = new("name", TextType.Instance, "its name alone");
    private static readonly FilterField s_address = new("address", TextType.Instance, "an address it was seen at");
    private static readonly FilterField s_text = new("text", ProseType.Instance, "names and addresses", "q");
    private static readonly FilterField s_machine = new("machineId", TextType.Instance, "what its log said of /etc/machine-id");
    private static readonly FilterField s_kernel = new("kernelRelease", TextType.Instance, "latest known release, as uname -r says it", "kernel", "release");
    private static readonly FilterField s_crashes = new("crashes", NumberType.Instance, "how many crashes it had");
    private static readonly FilterField s_dumps = new("dumps", NumberType.Instance, "how many dumps came of it");
    private static readonly FilterField s_partial = new("partialDumps", NumberType.Instance, "how many of them miss something");
    private static readonly FilterField s_events = new("events", NumberType.Instance, "how many events came of it");
    private static readonly FilterField s_firstSeen = new("firstSeen", TimeType.Instance, "when it was first heard of");
    private static readonly FilterField s_lastSeen = new("lastSeen", TimeType.Instance, "when it was last heard of");
    private static readonly FilterField s_crashed = new("lastCrashAt", TimeType.Instance, "when its last crash came", "crashed");
    private static readonly FilterField s_crash = new("lastCrash", ProseType.Instance, "its last crash in a line");
    private static readonly FilterField s_event = new("lastEventAt", TimeType.Instance, "when its last event came");
    private static readonly FilterField s_id = new("id", IdType.Instance, "its own id");

    public static FieldCatalogue Catalogue { get; } = new(
        [
            s_host, s_name, s_address, s_text, s_kernel, s_crashes, s_dumps, s_partial, s_events, s_firstSeen, s_lastSeen, s_crashed, s_crash, s_event, s_machine,
            s_id,
        ],
        s_text,
        new FieldShortcut("since", s_lastSeen, FilterOperator.GreaterOrEqual, "last seen at or after: 2h, 7d, 2026-11-27"),
        new FieldShortcut("until", s_firstSeen, FilterOperator.Less, "first seen before: 2h, 7d, 2026-11-27"));

    /// <summary>Over <c>host h</c>.</summary>
    internal static SqlFields Sql { get; } = new SqlFields { HostColumn = "h.id" }
        .Add(s_host, (test, sql) => HostSearch.Write(test, sql, "h.id"))
        .AddText(s_name, "h.name")
        .AddTexts(s_address, "h.id", "SELECT a.host_id FROM host_address a", "a.address")
        .AddTexts(s_text, "h.id", "SELECT t.id FROM (SELECT n.id, n.name AS text FROM host n UNION ALL SELECT a.host_id, a.address FROM host_address a) t", "t.text")
        .AddText(s_machine, "h.machine_id")
        .AddText(s_kernel, "h.kernel_release")
        .AddNumber(s_crashes, "h.crash_count")
        .AddNumber(s_dumps, "h.dump_count")
        .AddNumber(s_partial, "h.partial_dump_count")
        .AddNumber(s_events, "h.event_count")
        .AddTime(s_firstSeen, "h.first_seen")
        .AddTime(s_lastSeen, "h.last_seen")
        .AddTime(s_crashed, "h.last_crash_at")
        .AddText(s_crash, "h.last_crash_title")
        .AddTime(s_event, "h.last_event_at")
        .AddId(s_id, "h.id");
}

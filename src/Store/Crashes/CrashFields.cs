using Mayday.Query;
using Mayday.Query.Fields;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;

namespace Mayday.Store.Crashes;

/// <summary>The fields of crashes in the query language, and the columns they are.</summary>
public static class CrashFields
{
    private const string SearchedText = @"(c.title || E'\n' || coalesce(c.function, '') || E'\n' || c.extract)";

    // Four words leave few rows to read; more only cost index look-ups.
    private const int MaxIndexedWords = 4;

    private static readonly FilterField s_kind = new("kind", CrashWordTypes.Kind, "what the kernel reported");
    private static readonly FilterField s_class = new("class", CrashWordTypes.Class, "the sort of damage");
    private static readonly FilterField s_severity = new("severity", CrashWordTypes.Severity, "how grave it is");
    private static readonly FilterField s_host = new("host", TextType.Instance, "name, address or id of the machine");
    private static readonly FilterField s_function = new("function", TextType.Instance, "the function to blame, whole name", "fn", "func");
    private static readonly FilterField s_module = new("module", TextType.Instance, "the module of that function");
    private static readonly FilterField s_title = new("title", ProseType.Instance, "the crash in a line");
    private static readonly FilterField s_text = new("text", ProseType.Instance, "title, function and the report's own lines", "q");
    private static readonly FilterField s_kernel = new("kernelRelease", TextType.Instance, "as uname -r says it", "kernel", "release");
    private static readonly FilterField s_transport = new("transport", CrashWordTypes.Transport, "the way the dump came");
    private static readonly FilterField s_receivedAt = new("receivedAt", TimeType.Instance, "when it came", "received", "time");
    private static readonly FilterField s_age = new("age", AgeType.Instance, "how long ago it came");
    private static readonly FilterField s_occurredAt = new("occurredAt", TimeType.Instance, "when it happened, as far as is known", "occurred");
    private static readonly FilterField s_complete = new("complete", TruthType.Instance, "nothing of the dump is missing");
    private static readonly FilterField s_missing = new("missing", NumberType.Instance, "packets of the dump that are missing", "missingPackets");
    private static readonly FilterField s_fatal = new("fatal", TruthType.Instance, "the machine died of it");
    private static readonly FilterField s_aftermath = new("aftermath", TruthType.Instance, "it followed from another crash");
    private static readonly FilterField s_corrupted = new("corrupted", TruthType.Instance, "the report is damaged or cut");
    private static readonly FilterField s_cpu = new("cpu", NumberType.Instance, "processor it happened on", "processor");
    private static readonly FilterField s_pid = new("pid", NumberType.Instance, "task it happened in");
    private static readonly FilterField s_comm = new("comm", TextType.Instance, "name of that task");
    private static readonly FilterField s_taint = new("taint", TextType.Instance, "taint flags as the kernel printed them");
    private static readonly FilterField s_hardware = new("hardware", TextType.Instance, "model of the machine");
    private static readonly FilterField s_bug = new("bug", IdType.Instance, "id of its bug");
    private static readonly FilterField s_incident = new("incident", IdType.Instance, "id of its incident: one death of one machine");
    private static readonly FilterField s_id = new("id", IdType.Instance, "its own id");

    public static FieldCatalogue Catalogue { get; } = new(
        [
            s_kind, s_host, s_function, s_module, s_title, s_text, s_kernel, s_transport, s_class, s_severity, s_receivedAt, s_age, s_occurredAt, s_complete,
            s_missing, s_fatal, s_aftermath, s_corrupted, s_cpu, s_pid, s_comm, s_taint, s_hardware, s_bug, s_incident, s_id,
        ],
        s_text,
        new FieldShortcut("since", s_receivedAt, FilterOperator.GreaterOrEqual, "came at or after: 2h, 7d, 2026-11-27"),
        new FieldShortcut("until", s_receivedAt, FilterOperator.Less, "came before: 2h, 7d, 2026-11-27"));

    /// <summary>Over <c>crash c</c>.</summary>
    internal static SqlFields Sql { get; } = new SqlFields { HostColumn = "c.host_id" }
        .AddText(s_kind, "c.kind")
        .AddText(s_class, "c.class")
        .AddText(s_severity, "c.severity")
        .Add(s_host, (test, sql) => HostSearch.Write(test, sql, "c.host_id"))
        .AddText(s_function, "c.function")
        .AddText(s_module, "c.module")
        .AddText(s_title, "c.title")
        .Add(s_text, (test, sql) => WriteSearch(test, sql))
        .AddText(s_kernel, "c.kernel_release")
        .AddText(s_transport, "c.transport")
        .AddReceived(s_receivedAt, "c")
        .AddReceived(s_age, "c")
        .AddTime(s_occurredAt, "c.occurred_at")
        .AddTruth(s_complete, "c.complete")
        .AddNumber(s_missing, "c.missing_packets")
        .AddTruth(s_fatal, "c.fatal")
        .AddTruth(s_aftermath, "c.aftermath")
        .AddTruth(s_corrupted, "c.corrupted")
        .AddNumber(s_cpu, "c.cpu")
        .AddNumber(s_pid, "c.pid")
        .AddText(s_comm, "c.comm")
        .AddText(s_taint, "c.taint")
        .AddText(s_hardware, "c.hardware")
        .AddId(s_bug, "c.bug_id")
        .AddId(s_incident, "c.incident_id")
        .AddId(s_id, "c.id");

    /// <summary>What the search for some words asks, the short form of the lists: the same as <c>text:"some words"</c>.</summary>
    internal static FilterTest Search(string text) => new(s_text, FilterOperator.Finds, new TextValue(text));

    // The index narrows by words; the text itself has the last word.
    private static string WriteSearch(FilterTest test, FilterSql sql)
    {
        IEnumerable<string> wanted = (test.Operator, test.Value) switch
        {
            (FilterOperator.Finds or FilterOperator.Contains, TextValue(var text)) => [text],
            (FilterOperator.Finds, GlobValue(var glob, _)) => glob.Text.Split('*'),
            _ => [],
        };
        var narrowing = wanted.SelectMany(SearchWords.Indexed).Distinct(StringComparer.Ordinal).Take(MaxIndexedWords)
            .Select(word => $"c.words ILIKE {sql.Bind(Conditions.Anywhere(word))}");
        return $"({string.Join(" AND ", narrowing.Append(sql.Text(test, SearchedText)))})";
    }
}

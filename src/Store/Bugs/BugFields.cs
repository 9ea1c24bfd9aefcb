using Mayday.Query;
using Mayday.Query.Fields;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;

namespace Mayday.Store.Bugs;

/// <summary>The fields of bugs in the query language, and the columns they are.</summary>
public static class BugFields
{
    private static readonly FilterField s_kind = new("kind", CrashWordTypes.Kind, "what the kernel reported");
    private static readonly FilterField s_class = new("class", CrashWordTypes.Class, "the sort of damage");
    private static readonly FilterField s_function = new("function", TextType.Instance, "the function to blame, whole name", "fn", "func");
    private static readonly FilterField s_module = new("module", TextType.Instance, "the module of that function");
    private static readonly FilterField s_title = new("title", ProseType.Instance, "the bug in a line");
    private static readonly FilterField s_text = new("text", ProseType.Instance, "title, function and signature", "q");
    private static readonly FilterField s_signature = new("signature", TextType.Instance, "what its crashes have in common");
    private static readonly FilterField s_host = new("host", TextType.Instance, "name, address or id of a machine that had it");
    private static readonly FilterField s_kernel = new("kernelRelease", TextType.Instance, "a kernel that had it, as uname -r says it", "kernel", "release");
    private static readonly FilterField s_first = new("firstKernelRelease", TextType.Instance, "the kernel it was first seen on");
    private static readonly FilterField s_last = new("lastKernelRelease", TextType.Instance, "the kernel it was last seen on");
    private static readonly FilterField s_crashes = new("crashes", NumberType.Instance, "how many crashes it has");
    private static readonly FilterField s_hosts = new("hosts", NumberType.Instance, "how many machines had it");
    private static readonly FilterField s_deaths = new("deaths", NumberType.Instance, "how many of its crashes killed the machine", "fatal");
    private static readonly FilterField s_firstSeen = new("firstSeen", TimeType.Instance, "when its first crash came");
    private static readonly FilterField s_lastSeen = new("lastSeen", TimeType.Instance, "when its last crash came");
    private static readonly FilterField s_id = new("id", IdType.Instance, "its own id");

    public static FieldCatalogue Catalogue { get; } = new(
        [
            s_kind, s_host, s_function, s_module, s_title, s_text, s_kernel, s_class, s_signature, s_crashes, s_hosts, s_deaths, s_firstSeen, s_lastSeen, s_first, s_last,
            s_id,
        ],
        s_text,
        new FieldShortcut("since", s_lastSeen, FilterOperator.GreaterOrEqual, "last seen at or after: 2h, 7d, 2026-11-27"),
        new FieldShortcut("until", s_firstSeen, FilterOperator.Less, "first seen before: 2h, 7d, 2026-11-27"));

    /// <summary>Over <c>bug b</c>.</summary>
    internal static SqlFields Sql { get; } = new SqlFields()
        .AddText(s_kind, "b.kind")
        .AddText(s_class, "b.class")
        .AddText(s_function, "b.function")
        .AddText(s_module, "b.module")
        .AddText(s_title, "b.title")
        .AddText(s_text, @"(b.title || E'\n' || coalesce(b.function, '') || E'\n' || b.signature)")
        .AddText(s_signature, "b.signature")
        .Add(s_host, WriteHost)
        .AddTexts(s_kernel, "b.id", "SELECT r.bug_id FROM bug_release r", "r.kernel_release")
        .AddText(s_first, "b.first_kernel_release")
        .AddText(s_last, "b.last_kernel_release")
        .AddNumber(s_crashes, "b.crash_count")
        .AddNumber(s_hosts, "b.host_count")
        .AddNumber(s_deaths, "b.fatal_count")
        .AddTime(s_firstSeen, "b.first_seen")
        .AddTime(s_lastSeen, "b.last_seen")
        .AddId(s_id, "b.id");

    private static string WriteHost(FilterTest test, FilterSql sql)
    {
        var isNegative = FilterSql.IsNegative(test, out var positive);
        return $"b.id {(isNegative ? "NOT IN" : "IN")} (SELECT bh.bug_id FROM bug_host bh WHERE {HostSearch.Write(positive, sql, "bh.host_id")})";
    }
}

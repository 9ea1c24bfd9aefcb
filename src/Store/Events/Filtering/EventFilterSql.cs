using Mayday.Events.Filtering;
using Mayday.Protocol;
using Mayday.Query;
using Mayday.Query.Patterns;
using Mayday.Store.Schema;

namespace Mayday.Store.Events.Filtering;

/// <summary>
/// A filter as a condition on <c>event e</c>, every value bound. Memory's rule (what an event does not have passes no test, <c>!</c> turns
/// that round) is SQL's null read as false: so <c>!</c> is carried down to the single tests, where it is written IS NOT TRUE, and indexes
/// stay of use for all that is not negated.
/// </summary>
internal sealed class EventFilterSql
{
    /// <summary>The condition of the index of grave events, word for word.</summary>
    public static readonly string IsGrave = $"e.severity <= {EventRow.Grave}";

    private readonly Func<object?, string> _bind;
    private readonly DateTimeOffset _now;

    private EventFilterSql(DateTimeOffset now, Func<object?, string> bind)
    {
        _now = now.ToUniversalTime();
        _bind = bind;
    }

    /// <param name="now">What ages count from.</param>
    /// <param name="bind">Takes a value and gives the parameter that stands for it.</param>
    public static string Write(EventFilter filter, DateTimeOffset now, Func<object?, string> bind) =>
        new EventFilterSql(now, bind).Write(filter.Root, isNegated: false);

    /// <summary>The time that all events a filter matches were received at or after; null where it does not say.</summary>
    public static DateTimeOffset? SinceOf(EventFilter filter, DateTimeOffset now)
    {
        var writer = new EventFilterSql(now, _ => "");
        IReadOnlyList<FilterNode> conditions = filter.Root is FilterAll(var parts) ? parts : [filter.Root];
        return conditions.OfType<FilterTest>().Select(writer.SinceOf).Max();
    }

    private DateTimeOffset? SinceOf(FilterTest test) => (SubjectOf(test), test.Operator) switch
    {
        (AttributeSubject(EventAttribute.Age), FilterOperator.Less or FilterOperator.LessOrEqual) => TimeText.Resolve(test.Value, _now),
        (AttributeSubject(EventAttribute.ReceivedAt), FilterOperator.Greater or FilterOperator.GreaterOrEqual or FilterOperator.Equal) =>
            TimeText.Resolve(test.Value, _now),
        _ => null,
    };

    private static EventSubject SubjectOf(FilterTest test) => ((EventField)test.Field).Subject;

    private string Write(FilterNode node, bool isNegated) => node switch
    {
        FilterAll(var parts) => Join(parts, isNegated ? " OR " : " AND ", isNegated),
        FilterAny(var parts) => Join(parts, isNegated ? " AND " : " OR ", isNegated),
        FilterNot(var part) => Write(part, !isNegated),
        FilterTest test when isNegated => $"({Write(test)}) IS NOT TRUE",
        FilterTest test => Write(test),
        _ => throw new ArgumentException("a node of a kind that has no SQL", nameof(node)),
    };

    private string Join(IReadOnlyList<FilterNode> parts, string with, bool isNegated) =>
        $"({string.Join(with, parts.Select(part => Write(part, isNegated)))})";

    private string Write(FilterTest test) => SubjectOf(test) switch
    {
        AttributeSubject(var attribute) => WriteAttribute(test, attribute),
        ArgumentSubject(var index) => WriteArgument(test, _bind(index)),
        PlacedArgumentSubject(var facility, var type, var index) =>
            $"({WriteEventType(type)}{(facility is null ? "" : $" AND e.facility = {_bind(facility)}")} AND {WriteArgument(test, _bind(index))})",
        NamedArgumentSubject(var name) =>
            $"""
            EXISTS (SELECT 1 FROM event_format_argument a WHERE a.format_id = e.format_id AND a.name = {_bind(name)}
                AND {WriteArgument(test, "a.position::int")})
            """,
        EntrySubject(var key) => WriteText(test, $"(e.fields ->> {_bind(key)})"),
        _ => throw new ArgumentException("a subject of a kind that has no SQL", nameof(test)),
    };

    private string WriteAttribute(FilterTest test, EventAttribute attribute) => attribute switch
    {
        // Names and format strings are few and looked up once; the events are then found by their keys.
        EventAttribute.Host => $"e.host_id = ANY (ARRAY(SELECT h.id FROM host h WHERE {WriteText(test, "h.name")}))",
        EventAttribute.Format => $"e.format_id = ANY (ARRAY(SELECT f.id FROM event_format f WHERE {WriteText(test, "f.format")}))",
        EventAttribute.Source => WriteText(test, "e.source_address"),
        EventAttribute.Transport => WriteText(test, "e.transport"),
        EventAttribute.Facility when test is { Operator: FilterOperator.Equal, Value: TextValue(var facility) } => WriteFacility(facility, _bind),
        EventAttribute.Facility => WriteText(test, "e.facility"),
        EventAttribute.Text => WriteText(test, "e.text"),
        EventAttribute.StringText => $"(e.format = 2 AND {WriteText(test, "e.text")})",
        EventAttribute.EventType when test is { Operator: FilterOperator.Equal, Value: NumberValue(var type) } => WriteEventType(unchecked((int)(uint)type)),
        EventAttribute.EventType => WriteNumber(test, Unsigned("e.event_type")),
        EventAttribute.Severity => WriteSeverity(test),
        EventAttribute.RecordFormat => WriteSmall(test, "e.format"),
        EventAttribute.Flags when test is { Operator: FilterOperator.HasBits, Value: NumberValue(var mask) } =>
            $"(e.flags & {_bind(unchecked((int)(uint)mask))}) <> 0",
        EventAttribute.Flags => WriteNumber(test, Unsigned("e.flags")),
        EventAttribute.Truncated => $"e.truncated {Sign(test.Operator)} {_bind(((TruthValue)test.Value).Truth)}",
        EventAttribute.Processor => WriteNumber(test, "e.processor"),
        EventAttribute.Uid => WriteNumber(test, "e.uid"),
        EventAttribute.Gid => WriteNumber(test, "e.gid"),
        EventAttribute.Pid => WriteNumber(test, "e.pid"),
        EventAttribute.Pgrp => WriteNumber(test, "e.pgrp"),
        EventAttribute.Count => WriteNumber(test, "e.count"),
        EventAttribute.ReceivedAt => WriteReceived(test.Operator, TimeText.Resolve(test.Value, _now)),
        EventAttribute.OccurredAt => $"e.occurred_at {Sign(test.Operator)} {_bind(TimeText.Resolve(test.Value, _now))}",
        // Older than two hours is received before then.
        EventAttribute.Age => WriteReceived(Mirrored(test.Operator), TimeText.Resolve(test.Value, _now)),
        _ => throw new ArgumentException("an attribute that has no SQL", nameof(attribute)),
    };

    // The planner sees no bound value, so it is told that the index of grave events holds all of these.
    private string WriteSeverity(FilterTest test)
    {
        var isGrave = test.Operator switch
        {
            FilterOperator.Less => (short)((NumberValue)test.Value).Number <= EventRow.Grave + 1,
            FilterOperator.LessOrEqual or FilterOperator.Equal => (short)((NumberValue)test.Value).Number <= EventRow.Grave,
            _ => false,
        };
        var condition = WriteSmall(test, "e.severity");
        return isGrave ? $"({condition} AND {IsGrave})" : condition;
    }

    // The same bits, read as unsigned.
    private static string Unsigned(string column) => $"({column}::bigint & 4294967295)";

    // The catalogue is asked first: it is small, and events are indexed by format. What it was too full for is in its overflow row.
    private string WriteEventType(int type)
    {
        var (bound, overflow) = (_bind(type), _bind(EventFormatKey.Overflow.Hash()));
        return $"(e.event_type = {bound} AND e.format_id = ANY (ARRAY(SELECT f.id FROM event_format f WHERE f.event_type = {bound} OR f.hash = {overflow})))";
    }

    /// <summary>As with event types: the catalogue knows which formats are the facility's.</summary>
    public static string WriteFacility(string facility, Func<object?, string> bind)
    {
        var (bound, overflow) = (bind(facility), bind(EventFormatKey.Overflow.Hash()));
        return $"(e.facility = {bound} AND e.format_id = ANY (ARRAY(SELECT f.id FROM event_format f WHERE f.facility = {bound} OR f.hash = {overflow})))";
    }

    /// <summary>Time bounds are id bounds: with them whole partitions are passed over.</summary>
    private string WriteReceived(FilterOperator op, DateTimeOffset time)
    {
        var exact = $"e.received_at {Sign(op)} {_bind(time)}";
        var isFrom = op is FilterOperator.Greater or FilterOperator.GreaterOrEqual or FilterOperator.Equal;
        var isUntil = op is FilterOperator.Less or FilterOperator.LessOrEqual or FilterOperator.Equal;
        // Ids know milliseconds since 1970.
        if (time < DateTimeOffset.UnixEpoch || time > DateTimeOffset.UnixEpoch.AddYears(1000))
        {
            return exact;
        }

        var from = isFrom ? $" AND e.id >= {_bind(DumpId.FirstAt(time))}" : "";
        var until = isUntil ? $" AND e.id < {_bind(DumpId.FirstAt(time.AddMilliseconds(1)))}" : "";
        return $"({exact}{from}{until})";
    }

    private string WriteNumber(FilterTest test, string column) => $"{column} {Sign(test.Operator)} {_bind(((NumberValue)test.Value).Number)}";

    // A value of the column's own type, so that its index serves.
    private string WriteSmall(FilterTest test, string column) => $"{column} {Sign(test.Operator)} {_bind((short)((NumberValue)test.Value).Number)}";

    private string WriteArgument(FilterTest test, string position)
    {
        // CASE is evaluated in order: nothing but a number is ever cast.
        var (type, text) = ($"jsonb_typeof(e.args -> {position})", $"e.args ->> {position}");
        if (test.Value is not NumberValue(var number))
        {
            return WriteText(test, $"(CASE WHEN {type} = 'string' THEN {text} END)");
        }

        var value = $"(CASE WHEN {type} = 'number' THEN ({text})::numeric END)";
        return test.Operator == FilterOperator.HasBits
            ? $"({LowBits(value)} & {_bind(unchecked((long)(ulong)number))}) <> 0"
            : $"{value} {Sign(test.Operator)} {_bind(number)}";
    }

    // Unsigned values beyond 2^63 as the bigint of the same bits.
    private static string LowBits(string numeric) => $"(trunc({numeric}) - CASE WHEN {numeric} > 9223372036854775807 THEN 18446744073709551616 ELSE 0 END)::bigint";

    private string WriteText(FilterTest test, string column) => (test.Operator, test.Value) switch
    {
        (FilterOperator.Contains, TextValue(var wanted)) => $"{column} LIKE {_bind($"%{Glob.Literally(wanted)}%")}",
        (FilterOperator.Finds, TextValue(var wanted)) => $"{column} ILIKE {_bind($"%{Glob.Literally(wanted)}%")}",
        (FilterOperator.Finds, GlobValue(var glob, _)) => $"{column} ILIKE {_bind(glob.LikeAnywhere)}",
        (FilterOperator.Equal or FilterOperator.NotEqual, GlobValue(var glob, var ignoresCase)) =>
            $"{column} {(test.Operator == FilterOperator.Equal ? "" : "NOT ")}{(ignoresCase ? "ILIKE" : "LIKE")} {_bind(glob.Like)}",
        (FilterOperator.Matches, PatternValue(var pattern)) => $"{column} ~ {_bind(pattern.Postgres)}",
        (FilterOperator.NotMatches, PatternValue(var pattern)) => $"{column} !~ {_bind(pattern.Postgres)}",
        (FilterOperator.Equal or FilterOperator.NotEqual, TextValue(var wanted)) => $"{column} {Sign(test.Operator)} {_bind(wanted)}",
        // By bytes, which is by code points, whatever the database's collation.
        (var op, TextValue(var wanted)) => $"{column} {Sign(op)} {_bind(wanted)} COLLATE \"C\"",
        _ => throw new ArgumentException("a text can be tested against a text or a pattern only", nameof(test)),
    };

    private static FilterOperator Mirrored(FilterOperator op) => op switch
    {
        FilterOperator.Less => FilterOperator.Greater,
        FilterOperator.LessOrEqual => FilterOperator.GreaterOrEqual,
        FilterOperator.Greater => FilterOperator.Less,
        FilterOperator.GreaterOrEqual => FilterOperator.LessOrEqual,
        _ => op,
    };

    private static string Sign(FilterOperator op) => op switch
    {
        FilterOperator.Equal => "=",
        FilterOperator.NotEqual => "<>",
        FilterOperator.Less => "<",
        FilterOperator.LessOrEqual => "<=",
        FilterOperator.Greater => ">",
        FilterOperator.GreaterOrEqual => ">=",
        _ => throw new ArgumentException("no comparison", nameof(op)),
    };
}

using Mayday.Events.Filtering;
using Mayday.Protocol;
using Mayday.Query;
using Mayday.Query.Patterns;
using Mayday.Store.Schema;

namespace Mayday.Store.Events.Filtering;

/// <summary>
/// Translates a filter to an SQL condition on <c>event e</c>, with every value bound as a parameter. A test on a missing value is false,
/// and <c>!</c> of it is true; in SQL, such a test is NULL. So <c>!</c> is pushed down to the single tests and written as IS NOT TRUE
/// there, and indexes still work for everything that is not negated.
/// </summary>
internal sealed class EventFilterSql
{
    /// <summary>The condition of the partial index for severe events. It must be textually identical.</summary>
    public static readonly string IsGrave = $"e.severity <= {EventRow.Grave}";

    private readonly Func<object?, string> _bind;
    private readonly DateTimeOffset _now;

    private EventFilterSql(DateTimeOffset now, Func<object?, string> bind)
    {
        _now = now.ToUniversalTime();
        _bind = bind;
    }

    /// <param name="now">The time that ages are relative to.</param>
    /// <param name="bind">Binds a value and returns its parameter.</param>
    public static string Write(EventFilter filter, DateTimeOffset now, Func<object?, string> bind) =>
        new EventFilterSql(now, bind).Write(filter.Root, isNegated: false);

    /// <summary>A lower bound of the arrival time of all matching events; null if the filter sets none.</summary>
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
        // Names and format strings are few and looked up once. The events are then found by their keys.
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
        // "Older than two hours" means "received before that time".
        EventAttribute.Age => WriteReceived(Mirrored(test.Operator), TimeText.Resolve(test.Value, _now)),
        _ => throw new ArgumentException("an attribute that has no SQL", nameof(attribute)),
    };

    // The planner does not see bound values, so this adds the condition of the partial index for severe events.
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

    // The catalogue is queried first, because it is small and events are indexed by format. Formats that did not fit are in its overflow
    // row.
    private string WriteEventType(int type)
    {
        var (bound, overflow) = (_bind(type), _bind(EventFormatKey.Overflow.Hash()));
        return $"(e.event_type = {bound} AND e.format_id = ANY (ARRAY(SELECT f.id FROM event_format f WHERE f.event_type = {bound} OR f.hash = {overflow})))";
    }

    /// <summary>As with event types, the catalogue tells which formats belong to the facility.</summary>
    public static string WriteFacility(string facility, Func<object?, string> bind)
    {
        var (bound, overflow) = (bind(facility), bind(EventFormatKey.Overflow.Hash()));
        return $"(e.facility = {bound} AND e.format_id = ANY (ARRAY(SELECT f.id FROM event_format f WHERE f.facility = {bound} OR f.hash = {overflow})))";
    }

    /// <summary>Translates time bounds to id bounds, which allows partition pruning.</summary>
    private string WriteReceived(FilterOperator op, DateTimeOffset time)
    {
        var exact = $"e.received_at {Sign(op)} {_bind(time)}";
        var isFrom = op is FilterOperator.Greater or FilterOperator.GreaterOrEqual or FilterOperator.Equal;
        var isUntil = op is FilterOperator.Less or FilterOperator.LessOrEqual or FilterOperator.Equal;
        // Ids count milliseconds since 1970.
        if (time < DateTimeOffset.UnixEpoch || time > DateTimeOffset.UnixEpoch.AddYears(1000))
        {
            return exact;
        }

        var from = isFrom ? $" AND e.id >= {_bind(DumpId.FirstAt(time))}" : "";
        var until = isUntil ? $" AND e.id < {_bind(DumpId.FirstAt(time.AddMilliseconds(1)))}" : "";
        return $"({exact}{from}{until})";
    }

    private string WriteNumber(FilterTest test, string column) => $"{column} {Sign(test.Operator)} {_bind(((NumberValue)test.Value).Number)}";

    // Binds a value of the column's own type, so that its index can be used.
    private string WriteSmall(FilterTest test, string column) => $"{column} {Sign(test.Operator)} {_bind((short)((NumberValue)test.Value).Number)}";

    private string WriteArgument(FilterTest test, string position)
    {
        // CASE is evaluated in order, so only numbers are cast.
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

    // Converts unsigned values above 2^63 to the bigint with the same bits.
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
        // Compares bytes, which is the order of code points, whatever the database's collation.
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

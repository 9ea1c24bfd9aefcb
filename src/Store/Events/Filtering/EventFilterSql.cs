using Mayday.Events.Filtering;
using Mayday.Protocol;
using Mayday.Query;
using Mayday.Store.Postgres;
using Mayday.Store.Schema;

namespace Mayday.Store.Events.Filtering;

/// <summary>Translates a filter to an SQL condition on <c>event e</c>: the part of <see cref="FilterSql"/> that is particular to events.</summary>
internal sealed class EventFilterSql
{
    /// <summary>The condition of the partial index for severe events. It must be textually identical.</summary>
    public static readonly string IsGrave = $"e.severity <= {EventRow.Grave}";

    private readonly FilterSql _sql;

    private EventFilterSql(FilterSql sql)
    {
        _sql = sql;
    }

    /// <param name="now">The time that ages are relative to.</param>
    /// <param name="bind">Binds a value and returns its parameter.</param>
    public static string Write(EventFilter filter, DateTimeOffset now, Func<object?, string> bind) =>
        new FilterSql(now, bind, (test, sql) => new EventFilterSql(sql).Write(test)).Write(filter.Root);

    /// <summary>A lower bound of the arrival time of all matching events; null if the filter sets none.</summary>
    public static DateTimeOffset? SinceOf(EventFilter filter, DateTimeOffset now) =>
        FilterSql.Conjuncts(filter.Root).OfType<FilterTest>().Select(test => SinceOf(test, now)).Max();

    private static DateTimeOffset? SinceOf(FilterTest test, DateTimeOffset now) => (SubjectOf(test), test.Operator) switch
    {
        (AttributeSubject(EventAttribute.Age), FilterOperator.Less or FilterOperator.LessOrEqual) => TimeText.Resolve(test.Value, now),
        (AttributeSubject(EventAttribute.ReceivedAt), FilterOperator.Greater or FilterOperator.GreaterOrEqual or FilterOperator.Equal) =>
            TimeText.Resolve(test.Value, now),
        _ => null,
    };

    private static EventSubject SubjectOf(FilterTest test) => ((EventField)test.Field).Subject;

    private string Write(FilterTest test) => SubjectOf(test) switch
    {
        AttributeSubject(var attribute) => WriteAttribute(test, attribute),
        ArgumentSubject(var index) => WriteArgument(test, _sql.Bind(index)),
        PlacedArgumentSubject(var facility, var type, var index) =>
            $"({WriteEventType(type)}{(facility is null ? "" : $" AND e.facility = {_sql.Bind(facility)}")} AND {WriteArgument(test, _sql.Bind(index))})",
        NamedArgumentSubject(var name) =>
            $"""
            EXISTS (SELECT 1 FROM event_format_argument a WHERE a.format_id = e.format_id AND a.name = {_sql.Bind(name)}
                AND {WriteArgument(test, "a.position::int")})
            """,
        EntrySubject(var key) => _sql.Text(test, $"(e.fields ->> {_sql.Bind(key)})"),
        _ => throw new ArgumentException("a subject of a kind that has no SQL", nameof(test)),
    };

    private string WriteAttribute(FilterTest test, EventAttribute attribute) => attribute switch
    {
        // Names and format strings are few and looked up once. The events are then found by their keys.
        EventAttribute.Host => $"e.host_id = ANY (ARRAY(SELECT h.id FROM host h WHERE {_sql.Text(test, "h.name")}))",
        EventAttribute.Format => $"e.format_id = ANY (ARRAY(SELECT f.id FROM event_format f WHERE {_sql.Text(test, "f.format")}))",
        EventAttribute.Source => _sql.Text(test, "e.source_address"),
        EventAttribute.Transport => _sql.Text(test, "e.transport"),
        EventAttribute.Facility when test is { Operator: FilterOperator.Equal, Value: TextValue(var facility) } => WriteFacility(facility, _sql.Bind),
        EventAttribute.Facility => _sql.Text(test, "e.facility"),
        EventAttribute.Text => _sql.Text(test, "e.text"),
        EventAttribute.StringText => $"(e.format = 2 AND {_sql.Text(test, "e.text")})",
        EventAttribute.EventType when test is { Operator: FilterOperator.Equal, Value: NumberValue(var type) } => WriteEventType(unchecked((int)(uint)type)),
        EventAttribute.EventType => _sql.Number(test, Unsigned("e.event_type")),
        EventAttribute.Severity => WriteSeverity(test),
        EventAttribute.RecordFormat => WriteSmall(test, "e.format"),
        EventAttribute.Flags when test is { Operator: FilterOperator.HasBits, Value: NumberValue(var mask) } =>
            $"(e.flags & {_sql.Bind(unchecked((int)(uint)mask))}) <> 0",
        EventAttribute.Flags => _sql.Number(test, Unsigned("e.flags")),
        EventAttribute.Truncated => FilterSql.Truth(test, "e.truncated"),
        EventAttribute.Processor => _sql.Number(test, "e.processor"),
        EventAttribute.Uid => _sql.Number(test, "e.uid"),
        EventAttribute.Gid => _sql.Number(test, "e.gid"),
        EventAttribute.Pid => _sql.Number(test, "e.pid"),
        EventAttribute.Pgrp => _sql.Number(test, "e.pgrp"),
        EventAttribute.Count => _sql.Number(test, "e.count"),
        EventAttribute.ReceivedAt or EventAttribute.Age => _sql.Received(test, "e"),
        EventAttribute.OccurredAt => _sql.Time(test, "e.occurred_at"),
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
        var (bound, overflow) = (_sql.Bind(type), _sql.Bind(EventFormatKey.Overflow.Hash()));
        return $"(e.event_type = {bound} AND e.format_id = ANY (ARRAY(SELECT f.id FROM event_format f WHERE f.event_type = {bound} OR f.hash = {overflow})))";
    }

    /// <summary>As with event types, the catalogue tells which formats belong to the facility.</summary>
    public static string WriteFacility(string facility, Func<object?, string> bind)
    {
        var (bound, overflow) = (bind(facility), bind(EventFormatKey.Overflow.Hash()));
        return $"(e.facility = {bound} AND e.format_id = ANY (ARRAY(SELECT f.id FROM event_format f WHERE f.facility = {bound} OR f.hash = {overflow})))";
    }

    // Binds a value of the column's own type, so that its index can be used.
    private string WriteSmall(FilterTest test, string column) => $"{column} {FilterSql.Sign(test.Operator)} {_sql.Bind((short)((NumberValue)test.Value).Number)}";

    private string WriteArgument(FilterTest test, string position)
    {
        // CASE is evaluated in order, so only numbers are cast.
        var (type, text) = ($"jsonb_typeof(e.args -> {position})", $"e.args ->> {position}");
        if (test.Value is not NumberValue(var number))
        {
            return _sql.Text(test, $"(CASE WHEN {type} = 'string' THEN {text} END)");
        }

        var value = $"(CASE WHEN {type} = 'number' THEN ({text})::numeric END)";
        return test.Operator == FilterOperator.HasBits
            ? $"({LowBits(value)} & {_sql.Bind(unchecked((long)(ulong)number))}) <> 0"
            : $"{value} {FilterSql.Sign(test.Operator)} {_sql.Bind(number)}";
    }

    // Converts unsigned values above 2^63 to the bigint with the same bits.
    private static string LowBits(string numeric) => $"(trunc({numeric}) - CASE WHEN {numeric} > 9223372036854775807 THEN 18446744073709551616 ELSE 0 END)::bigint";
}

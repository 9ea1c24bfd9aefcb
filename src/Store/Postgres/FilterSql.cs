using Mayday.Protocol;
using Mayday.Query;
using Mayday.Query.Fields;
using Mayday.Query.Patterns;

namespace Mayday.Store.Postgres;

/// <summary>
/// Translates a filter to an SQL condition, with every value bound as a parameter. A test on a missing value is false, and <c>!</c> of it is
/// true; in SQL, such a test is NULL. So <c>!</c> is pushed down to the single tests and written as IS NOT TRUE there, and indexes still work
/// for everything that is not negated.
/// </summary>
/// <param name="now">The time that ages are relative to.</param>
/// <param name="bind">Binds a value and returns its parameter.</param>
/// <param name="writeTest">Writes one test with the methods below. It knows the column or expression of each field.</param>
internal sealed class FilterSql(DateTimeOffset now, Func<object?, string> bind, Func<FilterTest, FilterSql, string> writeTest)
{
    private readonly DateTimeOffset _now = now.ToUniversalTime();

    public string Write(FilterNode node) => Write(node, isNegated: false);

    public string Bind(object? value) => bind(value);

    /// <summary>The conditions that all must hold: each can be written, or answered beforehand, by itself.</summary>
    public static IReadOnlyList<FilterNode> Conjuncts(FilterNode root) => root is FilterAll(var parts) ? parts : [root];

    public string Text(FilterTest test, string column) => (test.Operator, test.Value) switch
    {
        (FilterOperator.Contains, TextValue(var wanted)) => $"{column} LIKE {bind($"%{Glob.Literally(wanted)}%")}",
        (FilterOperator.Finds, TextValue(var wanted)) => $"{column} ILIKE {bind($"%{Glob.Literally(wanted)}%")}",
        (FilterOperator.Finds, GlobValue(var glob, _)) => $"{column} ILIKE {bind(glob.LikeAnywhere)}",
        (FilterOperator.Equal or FilterOperator.NotEqual, GlobValue(var glob, var ignoresCase)) =>
            $"{column} {(test.Operator == FilterOperator.Equal ? "" : "NOT ")}{(ignoresCase ? "ILIKE" : "LIKE")} {bind(glob.Like)}",
        (FilterOperator.Matches, PatternValue(var pattern)) => $"{column} ~ {bind(pattern.Postgres)}",
        (FilterOperator.NotMatches, PatternValue(var pattern)) => $"{column} !~ {bind(pattern.Postgres)}",
        (FilterOperator.Equal or FilterOperator.NotEqual, TextValue(var wanted)) => $"{column} {Sign(test.Operator)} {bind(wanted)}",
        // Compares bytes, which is the order of code points, whatever the database's collation.
        (var op, TextValue(var wanted)) => $"{column} {Sign(op)} {bind(wanted)} COLLATE \"C\"",
        _ => throw new ArgumentException("a text can be tested against a text or a pattern only", nameof(test)),
    };

    public string Number(FilterTest test, string column)
    {
        var number = ((NumberValue)test.Value).Number;
        // A whole number is bound as bigint: for a numeric the column would be converted, and its index could not be used.
        object value = number == decimal.Truncate(number) && number is >= long.MinValue and <= long.MaxValue ? (long)number : number;
        return $"{column} {Sign(test.Operator)} {bind(value)}";
    }

    public string Time(FilterTest test, string column) => $"{column} {Sign(SignedBy(test))} {bind(TimeText.Resolve(test.Value, _now))}";

    /// <summary>Tests the arrival time in a table whose ids are made from it. Time bounds become id bounds, which allows partition pruning.</summary>
    public string Received(FilterTest test, string table)
    {
        var (op, time) = (SignedBy(test), TimeText.Resolve(test.Value, _now));
        var exact = $"{table}.received_at {Sign(op)} {bind(time)}";
        var isFrom = op is FilterOperator.Greater or FilterOperator.GreaterOrEqual or FilterOperator.Equal;
        var isUntil = op is FilterOperator.Less or FilterOperator.LessOrEqual or FilterOperator.Equal;
        // Ids count milliseconds since 1970.
        if (time < DateTimeOffset.UnixEpoch || time > DateTimeOffset.UnixEpoch.AddYears(1000))
        {
            return exact;
        }

        var from = isFrom ? $" AND {table}.id >= {bind(DumpId.FirstAt(time))}" : "";
        var until = isUntil ? $" AND {table}.id < {bind(DumpId.FirstAt(time.AddMilliseconds(1)))}" : "";
        return $"({exact}{from}{until})";
    }

    /// <summary>Written as a literal, because the planner must see it to use a partial index (<c>WHERE NOT complete</c>).</summary>
    public static string Truth(FilterTest test, string column) =>
        ((TruthValue)test.Value).Truth == (test.Operator == FilterOperator.Equal) ? column : $"NOT {column}";

    public string Id(FilterTest test, string column) => $"{column} {Sign(test.Operator)} {bind(((IdValue)test.Value).Id)}";

    /// <summary>Several texts of a row, in a table of their own. One that passes is enough; != and !~ must pass for all of them.</summary>
    /// <param name="key">The row's key.</param>
    /// <param name="keys">SELECT of the keys that have such a text, up to WHERE.</param>
    /// <param name="column">The text in that table.</param>
    public string Texts(FilterTest test, string key, string keys, string column) => IsNegative(test, out var positive)
        ? $"({key} IN ({keys} WHERE {column} IS NOT NULL) AND {key} NOT IN ({keys} WHERE {Text(positive, column)}))"
        : $"{key} IN ({keys} WHERE {Text(test, column)})";

    /// <param name="positive">The test that must pass for none of several values, where <paramref name="test"/> is a != or !~.</param>
    public static bool IsNegative(FilterTest test, out FilterTest positive)
    {
        positive = test.Operator switch
        {
            FilterOperator.NotEqual => test with { Operator = FilterOperator.Equal },
            FilterOperator.NotMatches => test with { Operator = FilterOperator.Matches },
            _ => test,
        };
        return positive.Operator != test.Operator;
    }

    public static string Sign(FilterOperator op) => op switch
    {
        FilterOperator.Equal => "=",
        FilterOperator.NotEqual => "<>",
        FilterOperator.Less => "<",
        FilterOperator.LessOrEqual => "<=",
        FilterOperator.Greater => ">",
        FilterOperator.GreaterOrEqual => ">=",
        _ => throw new ArgumentException("no comparison", nameof(op)),
    };

    private string Write(FilterNode node, bool isNegated) => node switch
    {
        FilterAll(var parts) => Join(parts, isNegated ? " OR " : " AND ", isNegated),
        FilterAny(var parts) => Join(parts, isNegated ? " AND " : " OR ", isNegated),
        FilterNot(var part) => Write(part, !isNegated),
        FilterTest test when isNegated => $"({writeTest(test, this)}) IS NOT TRUE",
        FilterTest test => writeTest(test, this),
        _ => throw new ArgumentException("a node of a kind that has no SQL", nameof(node)),
    };

    private string Join(IReadOnlyList<FilterNode> parts, string with, bool isNegated) =>
        $"({string.Join(with, parts.Select(part => Write(part, isNegated)))})";

    // "Older than two hours" means "received before that time".
    private static FilterOperator SignedBy(FilterTest test) => test.Field.Type is not AgeType ? test.Operator : test.Operator switch
    {
        FilterOperator.Less => FilterOperator.Greater,
        FilterOperator.LessOrEqual => FilterOperator.GreaterOrEqual,
        FilterOperator.Greater => FilterOperator.Less,
        FilterOperator.GreaterOrEqual => FilterOperator.LessOrEqual,
        var op => op,
    };
}

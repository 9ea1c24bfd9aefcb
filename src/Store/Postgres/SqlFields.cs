using Mayday.Query;
using Mayday.Query.Fields;

namespace Mayday.Store.Postgres;

/// <summary>How the fields of a catalogue are asked of Postgres: each is a column or an expression, as its type wants it.</summary>
internal sealed class SqlFields
{
    private readonly Dictionary<FilterField, Func<FilterTest, FilterSql, string>> _writers = [];

    /// <summary>The host's id in the table that is asked; null where a row has several hosts.</summary>
    public string? HostColumn { get; init; }

    public SqlFields Add(FilterField field, Func<FilterTest, FilterSql, string> write)
    {
        _writers.Add(field, write);
        return this;
    }

    public SqlFields AddText(FilterField field, string column) => Add(field, (test, sql) => sql.Text(test, column));

    public SqlFields AddNumber(FilterField field, string column) => Add(field, (test, sql) => sql.Number(test, column));

    public SqlFields AddTime(FilterField field, string column) => Add(field, (test, sql) => sql.Time(test, column));

    public SqlFields AddReceived(FilterField field, string table) => Add(field, (test, sql) => sql.Received(test, table));

    public SqlFields AddTruth(FilterField field, string column) => Add(field, (test, _) => FilterSql.Truth(test, column));

    public SqlFields AddId(FilterField field, string column) => Add(field, (test, sql) => sql.Id(test, column));

    /// <inheritdoc cref="FilterSql.Texts"/>
    public SqlFields AddTexts(FilterField field, string key, string keys, string column) => Add(field, (test, sql) => sql.Texts(test, key, keys, column));

    public string Write(FilterNode node, DateTimeOffset now, Func<object?, string> bind) =>
        new FilterSql(now, bind, (test, sql) => _writers[test.Field](test, sql)).Write(node);
}

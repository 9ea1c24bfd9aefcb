using Mayday.Protocol;
using Mayday.Query;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Hosts;

/// <summary>Finds the hosts that a user's text (id, name, address, "web-*") refers to.</summary>
internal static class HostSearch
{
    /// <summary>For the parameter <c>host=</c>: the text may be an id, a name or an address, and a <c>*</c> at its end stands for any ending.</summary>
    public static Task<Guid[]> FindAsync(NpgsqlDataSource source, string host, CancellationToken cancellation)
    {
        var text = StoredText.Clean(host.Trim(), StoredText.MaxName);
        return text.EndsWith('*')
            ? ReadAsync(
                source,
                "SELECT id FROM host WHERE name LIKE $1 UNION SELECT host_id FROM host_address WHERE address LIKE $1",
                [Conditions.StartingWith(text[..^1])],
                cancellation)
            : FindNamedAsync(source, text, cancellation);
    }

    /// <summary>For a filter, where a text in quotes stands for itself: <c>host = "*"</c> is a host of that name.</summary>
    private static Task<Guid[]> FindNamedAsync(NpgsqlDataSource source, string text, CancellationToken cancellation) => ReadAsync(
        source,
        "SELECT id FROM host WHERE name = $1 OR id = $2 UNION SELECT host_id FROM host_address WHERE address = $1",
        [StoredText.Clean(text, StoredText.MaxName), Guid.TryParse(text, out var id) ? id : Guid.Empty],
        cancellation);

    private static async Task<Guid[]> ReadAsync(NpgsqlDataSource source, string sql, object?[] values, CancellationToken cancellation)
    {
        using var command = source.CreateCommand(sql);
        Sql.Add(command.Parameters, values);
        var found = new List<Guid>();
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                found.Add(reader.GetGuid(0));
            }
        }

        return [.. found];
    }

    /// <summary>The same as a condition of a filter: a host has a name, addresses and an id, and one that passes is enough.</summary>
    /// <param name="column">The host's id in the table that is asked. The hosts are looked up once, and the rows then found by this key.</param>
    public static string Write(FilterTest test, FilterSql sql, string column)
    {
        var isNegative = FilterSql.IsNegative(test, out var positive);
        var byId = positive is { Operator: FilterOperator.Equal, Value: TextValue(var text) } && Guid.TryParse(text, out var id) ? $" OR h.id = {sql.Bind(id)}" : "";
        var hosts = $"SELECT h.id FROM host h WHERE {sql.Text(positive, "h.name")}{byId} UNION SELECT a.host_id FROM host_address a WHERE {sql.Text(positive, "a.address")}";
        return $"{(isNegative ? "NOT " : "")}{column} = ANY (ARRAY({hosts}))";
    }

    /// <summary>
    /// Adds a filter's conditions. A host that is named in full, as most filters name it, is looked up beforehand: one id is an equality, which an
    /// index serves in the order of the list.
    /// </summary>
    /// <returns>False when nothing can match: the filter names a host that there is not.</returns>
    public static async Task<bool> AddAsync(
        NpgsqlDataSource source, Conditions conditions, Filter filter, SqlFields fields, DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var part in FilterSql.Conjuncts(filter.Root))
        {
            if (fields.HostColumn is { } column && part is FilterTest { Field.Name: "host", Operator: FilterOperator.Equal, Value: TextValue(var host) })
            {
                if (!conditions.AddAny(column, await FindNamedAsync(source, host, cancellation).ConfigureAwait(false)))
                {
                    return false;
                }
            }
            else
            {
                conditions.AddBound(fields.Write(part, now, conditions.Parameter));
            }
        }

        return true;
    }
}

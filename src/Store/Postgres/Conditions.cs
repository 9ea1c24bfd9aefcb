using System.Globalization;
using Mayday.Protocol;
using Npgsql;

namespace Mayday.Store.Postgres;

/// <summary>The WHERE clause of one list: conditions with numbered parameters, and their values.</summary>
internal sealed class Conditions
{
    private readonly List<string> _texts = [];
    private readonly List<object?> _values = [];

    /// <summary>Adds a condition; {0}, {1} … are replaced by <paramref name="values"/>.</summary>
    public void Add(string text, params object?[] values)
    {
        var names = values.Select(value => (object)Parameter(value)).ToArray();
        _texts.Add(string.Format(CultureInfo.InvariantCulture, text, names));
    }

    public void AddIf<T>(T? value, string text)
        where T : struct
    {
        if (value is { } set)
        {
            Add(text, set);
        }
    }

    public void AddIf(string? value, string text)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Add(text, StoredText.Clean(value, StoredText.MaxTitle));
        }
    }

    /// <summary>Adds a condition whose values were already bound with <see cref="Parameter"/>.</summary>
    public void AddBound(string text) => _texts.Add($"({text})");

    /// <summary>Adds the condition that <paramref name="column"/> is one of <paramref name="values"/>.</summary>
    /// <returns>False if there are no values, so nothing can match.</returns>
    public bool AddAny<T>(string column, T[] values)
    {
        switch (values)
        {
            case []:
                return false;
            case [var only]:
                // For a single value, an equality lets the index return rows in list order.
                Add(column + " = {0}", only);
                return true;
            default:
                Add(column + " = ANY({0})", values);
                return true;
        }
    }

    public string Parameter(object? value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_values.Count}");
    }

    public string Where => _texts.Count == 0 ? "" : "WHERE " + string.Join(" AND ", _texts);

    public NpgsqlCommand Command(NpgsqlDataSource source, string text)
    {
        var command = source.CreateCommand(text);
        Sql.Add(command.Parameters, _values);
        return command;
    }

    /// <summary>A LIKE pattern that finds the literal <paramref name="text"/> anywhere.</summary>
    public static string Anywhere(string text) => $"%{Literal(text)}%";

    public static string StartingWith(string text) => Literal(text) + "%";

    private static string Literal(string text) => StoredText.Clean(text, StoredText.MaxTitle)
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal);
}

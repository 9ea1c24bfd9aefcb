using System.Runtime.InteropServices;
using System.Text.Json;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Store.Postgres;

namespace Mayday.Store.Events;

/// <summary>
/// Counts how often an argument had each value. It keeps at most 32 values with the space-saving algorithm (Metwally, Agrawal, El Abbadi
/// 2005), so values above 1/32 of all events are never missed. The counts are exact as long as there are at most 32 different values.
/// </summary>
internal sealed class ArgumentSpread(EventArgument first)
{
    /// <summary>Enough to say "port=3 in 97 %" and to list the ports of a switch. A row stays below 4 kB.</summary>
    public const int MaxValues = 32;

    /// <summary>Number of arguments counted per format. No kernel format that groups well has more.</summary>
    public const int MaxArguments = 16;

    /// <summary>Device and function names are shorter. A longer string is counted by its first 64 characters.</summary>
    public const int MaxText = 64;

    private readonly Dictionary<ArgumentValue, long> _new = [];
    private string? _stored;
    private long _newCount;

    public EventArgumentKind Kind { get; } = first.Kind;

    public string Conversion { get; } = first.Conversion;

    public string? Name { get; } = first.Name;

    public bool IsChanged => _newCount > 0;

    public void Add(EventArgument argument, int count)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_new, ArgumentValue.Of(argument), out _) += count;
        _newCount += count;
    }

    /// <summary>Sets the counts of earlier batches.</summary>
    public void AddStored(string spread) => _stored = spread;

    /// <summary>Returns the JSON document with this batch added.</summary>
    public string Write()
    {
        var spread = _stored is null ? new StoredSpread() : StoredSpread.Read(_stored);
        spread.Add(_new, _newCount);
        return spread.Write();
    }
}

/// <summary>A value as it is counted: a text, or a number (64 bits with or without sign, or 15 digits).</summary>
internal readonly record struct ArgumentValue(string? Text, decimal Number, bool IsCut)
{
    public static ArgumentValue Of(EventArgument argument) => argument switch
    {
        { Text: { } text } => new ArgumentValue(StoredText.Clean(text, ArgumentSpread.MaxText), 0, text.Length > ArgumentSpread.MaxText),
        _ => new ArgumentValue(null, argument.Value, IsCut: false),
    };
}

/// <summary>The JSON document in event_format_argument.spread.</summary>
internal sealed class StoredSpread
{
    private readonly List<Counted> _values = new(ArgumentSpread.MaxValues);

    /// <summary>Number of events that had this argument.</summary>
    public long Observed { get; private set; }

    /// <summary>False after a value was evicted. Counts are then lower bounds, and other values exist.</summary>
    public bool IsExact { get; private set; } = true;

    public decimal? Minimum { get; private set; }

    public decimal? Maximum { get; private set; }

    /// <summary>Most frequent first. Each count is a lower bound if <see cref="IsExact"/> is false.</summary>
    public IEnumerable<(ArgumentValue Value, long Count)> Values => _values
        .Select(value => (value.Value, Count: value.Count - value.Error))
        .Where(value => value.Count > 0)
        .OrderByDescending(value => value.Count);

    /// <summary>The numbers among the stored values, whether their counts are exact or not.</summary>
    internal IEnumerable<decimal> Kept => _values.Select(value => value.Value.Number);

    public void Add(IReadOnlyDictionary<ArgumentValue, long> counts, long total)
    {
        Observed += total;
        foreach (var value in counts.Keys.Where(value => value.Text is null))
        {
            Minimum = Minimum < value.Number ? Minimum : value.Number;
            Maximum = Maximum > value.Number ? Maximum : value.Number;
        }

        var known = _values.ToDictionary(value => value.Value);
        var unknown = new List<KeyValuePair<ArgumentValue, long>>();
        foreach (var pair in counts)
        {
            if (known.TryGetValue(pair.Key, out var counted))
            {
                counted.Count += pair.Value;
            }
            else
            {
                unknown.Add(pair);
            }
        }

        // Frequent values first, so that they evict rare ones and not each other.
        unknown.Sort((a, b) => b.Value.CompareTo(a.Value));
        foreach (var (value, count) in unknown)
        {
            if (_values.Count < ArgumentSpread.MaxValues)
            {
                _values.Add(new Counted(value) { Count = count });
                continue;
            }

            IsExact = false;
            var rarest = 0;
            for (var i = 1; i < _values.Count; i++)
            {
                rarest = _values[i].Count < _values[rarest].Count ? i : rarest;
            }

            var error = _values[rarest].Count;
            _values[rarest] = new Counted(value) { Count = error + count, Error = error };
        }
    }

    public string Write() => System.Text.Encoding.UTF8.GetString(StoredJson.Write(this, static (json, spread) =>
    {
        json.WriteStartObject();
        json.WriteNumber("observed", spread.Observed);
        json.WriteBoolean("exact", spread.IsExact);
        WriteNumber(json, "min", spread.Minimum);
        WriteNumber(json, "max", spread.Maximum);
        json.WriteStartArray("values");
        foreach (var counted in spread._values)
        {
            json.WriteStartObject();
            if (counted.Value.Text is { } text)
            {
                json.WriteString("value", text);
            }
            else
            {
                WriteNumber(json, "value", counted.Value.Number);
            }

            json.WriteNumber("count", counted.Count);
            if (counted.Error > 0)
            {
                json.WriteNumber("error", counted.Error);
            }

            if (counted.Value.IsCut)
            {
                json.WriteBoolean("cut", true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }));

    public static StoredSpread Read(string document)
    {
        using var json = JsonDocument.Parse(document);
        var root = json.RootElement;
        var spread = new StoredSpread
        {
            Observed = root.GetProperty("observed").GetInt64(),
            IsExact = root.GetProperty("exact").GetBoolean(),
            Minimum = NumberOrNull(root, "min"),
            Maximum = NumberOrNull(root, "max"),
        };
        foreach (var value in root.GetProperty("values").EnumerateArray())
        {
            var known = value.GetProperty("value");
            var isCut = value.TryGetProperty("cut", out _);
            spread._values.Add(new Counted(known.ValueKind == JsonValueKind.String
                ? new ArgumentValue(known.GetString(), 0, isCut)
                : new ArgumentValue(null, known.GetDecimal(), isCut))
            {
                Count = value.GetProperty("count").GetInt64(),
                Error = value.TryGetProperty("error", out var error) ? error.GetInt64() : 0,
            });
        }

        return spread;
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, decimal? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
    }

    private static decimal? NumberOrNull(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetDecimal() : null;

    private sealed class Counted(ArgumentValue value)
    {
        public ArgumentValue Value { get; } = value;

        public long Count { get; set; }

        public long Error { get; init; }
    }
}

using Mayday.Query.Fields;

namespace Mayday.Query;

/// <summary>Reads the fields of a catalogue from an item in memory.</summary>
public sealed class FieldReaders<T>
{
    private readonly Dictionary<FilterField, Func<T, FieldValue>> _readers = [];

    public FieldReaders()
    {
        Passes = (test, item, now) => FilterEvaluation.Passes(test, Read(test.Field, item), now);
    }

    internal TestPasses<T> Passes { get; }

    /// <summary>Adds a reader. A field without a reader does not exist for this kind of item.</summary>
    public FieldReaders<T> Add(FilterField field, Func<T, FieldValue> read)
    {
        _readers.Add(field, read);
        return this;
    }

    public FieldValue Read(FilterField field, T item) => _readers.TryGetValue(field, out var read) ? read(item) : FieldValue.None;
}

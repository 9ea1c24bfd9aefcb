namespace Mayday.Events.Filtering;

/// <summary>The place of a named argument: the kind of event and the position.</summary>
/// <param name="Facility">Null for any facility.</param>
/// <param name="Index">From 0.</param>
/// <param name="Words">Words for its values or bits; null if it has none.</param>
public sealed record ArgumentPlace(string? Facility, int EventType, int Index, IReadOnlyDictionary<string, long>? Words = null);

/// <summary>The argument names from templates, for use in filters.</summary>
public sealed class ArgumentCatalog
{
    private readonly Dictionary<string, List<ArgumentPlace>> _places = new(StringComparer.OrdinalIgnoreCase);

    public static ArgumentCatalog Empty { get; } = new();

    public IReadOnlyCollection<string> Names => _places.Keys;

    public void Add(string name, ArgumentPlace place)
    {
        if (!_places.TryGetValue(name, out var places))
        {
            _places.Add(name, places = []);
        }

        places.Add(place);
    }

    public IReadOnlyList<ArgumentPlace> Find(string name) => _places.TryGetValue(name, out var places) ? places : [];
}

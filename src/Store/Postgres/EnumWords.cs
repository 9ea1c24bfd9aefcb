using System.Text.Json;

namespace Mayday.Store.Postgres;

/// <summary>Enum members as the camelCase words that the API and the database use. They are read in any case.</summary>
public static class EnumWords
{
    public static IReadOnlyCollection<string> All<T>()
        where T : struct, Enum => Words<T>.Values.Keys;

    public static string Of<T>(T value)
        where T : struct, Enum => Words<T>.Names.TryGetValue(value, out var word) ? word : Words<T>.Names[default];

    /// <summary>Returns the default member (Other) for a word that this version does not know.</summary>
    public static T Parse<T>(string word)
        where T : struct, Enum => Words<T>.Values.GetValueOrDefault(word);

    public static bool TryParse<T>(string word, out T value)
        where T : struct, Enum => Words<T>.Values.TryGetValue(word, out value);

    private static class Words<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Names =
            Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));

        public static readonly Dictionary<string, T> Values = Names.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.OrdinalIgnoreCase);
    }
}

namespace Mayday.Hosting.Settings;

/// <summary>One section of the settings: its name (empty for the top level), its options class and what checks them.</summary>
public sealed record SettingSection(string Name, Func<object> Create, Func<object, IReadOnlyList<string>> FindErrors)
{
    public static SettingSection Of<T>(string name, Func<T, IReadOnlyList<string>>? findErrors = null)
        where T : class, new() => new(name, () => new T(), options => findErrors?.Invoke((T)options) ?? []);
}

/// <summary>One key that Mayday knows.</summary>
public sealed record KnownSetting(string Key, Type Type, object? Default, bool IsSecret)
{
    public bool IsList => Type == typeof(IList<string>);

    /// <summary>The same key as an environment variable.</summary>
    public string Variable => VariableOf(Key);

    public static string VariableOf(string key) => "MAYDAY_" + key.Replace(":", "__", StringComparison.Ordinal);
}

using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Mayday.Query;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace Mayday.Hosting.Settings;

/// <summary>
/// All settings that Mayday knows, read from the options classes. The only place where a setting's text becomes a value: every mistake is found
/// at once, each with its key.
/// </summary>
public sealed class SettingCatalogue
{
    // Sections of the framework; it reads them by itself.
    private static readonly string[] s_frameworkSections = ["Logging", "Kestrel", "AllowedHosts"];

    private readonly IReadOnlyList<SettingSection> _sections;
    private readonly Dictionary<string, KnownSetting> _known;

    public SettingCatalogue(IReadOnlyList<SettingSection> sections)
    {
        _sections = sections;
        Settings = [.. sections.SelectMany(section => KeysOf(section.Create(), section.Name))];
        _known = Settings.ToDictionary(setting => setting.Key, StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyList<KnownSetting> Settings { get; }

    /// <summary>Binds one section; what cannot be converted keeps its default and is a mistake.</summary>
    public T Bind<T>(IConfiguration configuration, string section, List<string> mistakes)
        where T : class, new()
    {
        var options = new T();
        Bind(options, section, configuration, mistakes);
        return options;
    }

    /// <summary>Every mistake: unknown keys anywhere, and wrong values in the sections that are wanted (null: all).</summary>
    public IReadOnlyList<string> FindMistakes(IConfigurationRoot configuration, IReadOnlyCollection<string>? wanted = null)
    {
        var mistakes = new List<string>();
        foreach (var provider in configuration.Providers)
        {
            FindUnknown(provider, mistakes);
        }

        foreach (var section in _sections.Where(section => wanted is null || wanted.Contains(section.Name)))
        {
            var before = mistakes.Count;
            var options = section.Create();
            Bind(options, section.Name, configuration, mistakes);
            // A value that could not be converted kept its default, so a check of it says nothing false.
            mistakes.AddRange(section.FindErrors(options));
            Annotate(mistakes, before);
        }

        return [.. mistakes.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Every setting with the value in effect and where it came from.</summary>
    public IReadOnlyList<EffectiveSetting> Describe(IConfigurationRoot configuration) => [.. Settings.Select(setting => Describe(configuration, setting))];

    private static EffectiveSetting Describe(IConfigurationRoot configuration, KnownSetting setting)
    {
        // The last provider that has the key wins.
        var provider = configuration.Providers.LastOrDefault(
            provider => provider.TryGet(setting.Key, out _) || (setting.IsList && provider.GetChildKeys([], setting.Key).Any()));
        if (provider is null)
        {
            var text = setting.IsList ? string.Join(", ", (IList<string>)setting.Default!) : Convert.ToString(setting.Default, CultureInfo.InvariantCulture);
            return new EffectiveSetting(setting.Key, string.IsNullOrEmpty(text) ? null : text, SettingOrigin.Default);
        }

        var value = setting.IsList
            ? string.Join(", ", configuration.GetSection(setting.Key).GetChildren().Select(child => child.Value))
            : configuration[setting.Key];
        return new EffectiveSetting(setting.Key, setting.IsSecret && !string.IsNullOrEmpty(value) ? "(secret)" : value, OriginOf(provider));
    }

    private static SettingOrigin OriginOf(IConfigurationProvider provider) => provider switch
    {
        JsonConfigurationProvider => SettingOrigin.File,
        EnvironmentVariablesConfigurationProvider => SettingOrigin.Environment,
        _ => SettingOrigin.CommandLine,
    };

    /// <summary>The keys under one options object.</summary>
    private static IEnumerable<KnownSetting> KeysOf(object options, string prefix)
    {
        foreach (var property in PropertiesOf(options))
        {
            var key = Join(prefix, property.Name);
            if (IsValue(property.PropertyType))
            {
                yield return new KnownSetting(
                    key, property.PropertyType, property.GetValue(options), IsSecret(property));
            }
            else
            {
                foreach (var inner in KeysOf(property.GetValue(options)!, key))
                {
                    yield return inner;
                }
            }
        }
    }

    private static void Bind(object options, string prefix, IConfiguration configuration, List<string> mistakes)
    {
        foreach (var property in PropertiesOf(options))
        {
            var key = Join(prefix, property.Name);
            if (property.PropertyType == typeof(IList<string>))
            {
                var list = (IList<string>)property.GetValue(options)!;
                foreach (var child in configuration.GetSection(key).GetChildren())
                {
                    list.Add(child.Value ?? "");
                }
            }
            else if (!IsValue(property.PropertyType))
            {
                Bind(property.GetValue(options)!, key, configuration, mistakes);
            }
            else if (configuration[key] is { } text)
            {
                if (TryConvert(text, property.PropertyType, out var value))
                {
                    property.SetValue(options, value);
                }
                else
                {
                    mistakes.Add($"{key} must be {Wanted(property.PropertyType)}, not '{(IsSecret(property) ? "(secret)" : Printable.Show(text))}'.");
                }
            }
        }
    }

    private static bool TryConvert(string text, Type type, out object? value)
    {
        try
        {
            value = TypeDescriptor.GetConverter(Nullable.GetUnderlyingType(type) ?? type).ConvertFromInvariantString(text);
            return true;
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or OverflowException or NotSupportedException)
        {
            value = null;
            return false;
        }
    }

    private static string Wanted(Type type) => type == typeof(TimeSpan) ? "a time such as 90.00:00:00 (90 days) or 00:00:02 (2 seconds)"
        : type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : "a value of another kind";

    private void FindUnknown(IConfigurationProvider provider, List<string> mistakes)
    {
        var isEnvironment = provider is EnvironmentVariablesConfigurationProvider;
        foreach (var key in LeavesOf(provider, null))
        {
            // MAYDAY_ variables without a section belong to wrappers and tests, not to the settings.
            if (IsKnown(key) || (isEnvironment && !key.Contains(':', StringComparison.Ordinal)))
            {
                continue;
            }

            var near = Nearest(key);
            mistakes.Add(
                $"{Printable.Show(key)}{(isEnvironment ? $" ({Printable.Show(KnownSetting.VariableOf(key))})" : "")} is not a setting of Mayday."
                + (near is null ? " `mayday config check` lists all settings." : $" Did you mean {near}{(isEnvironment ? $" ({KnownSetting.VariableOf(near)})" : "")}?"));
        }
    }

    private bool IsKnown(string key)
    {
        if (_known.TryGetValue(key, out var setting))
        {
            return true;
        }

        var colon = key.LastIndexOf(':');
        return s_frameworkSections.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase)
            || (colon > 0 && _known.TryGetValue(key[..colon], out setting) && setting.IsList
                && int.TryParse(key.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }

    // Part by part, which finds more than one slip. Where only the first parts are near, the section is the suggestion.
    private string? Nearest(string key)
    {
        var parts = key.Split(':');
        var prefix = "";
        foreach (var part in parts)
        {
            var depth = prefix.Length == 0 ? 0 : prefix.Count(letter => letter == ':') + 1;
            var names = _known.Keys
                .Where(known => depth == 0 || known.StartsWith(prefix + ":", StringComparison.OrdinalIgnoreCase))
                .Select(known => known.Split(':'))
                .Where(known => known.Length > depth)
                .Select(known => known[depth])
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .ToList();
            var near = names.Find(name => name.Equals(part, StringComparison.OrdinalIgnoreCase)) ?? NearName.Find(part, names);
            if (near is null)
            {
                break;
            }

            prefix = depth == 0 ? near : $"{prefix}:{near}";
        }

        return prefix.Length > 0 ? prefix : null;
    }

    // Says which variable sets the key, since most installations set it in the environment.
    private void Annotate(List<string> mistakes, int from)
    {
        for (var i = from; i < mistakes.Count; i++)
        {
            var end = mistakes[i].IndexOf(' ', StringComparison.Ordinal);
            if (end > 0 && _known.TryGetValue(mistakes[i][..end], out var setting))
            {
                mistakes[i] += $" In the environment: {setting.Variable}.";
            }
        }
    }

    private static IEnumerable<string> LeavesOf(IConfigurationProvider provider, string? parent)
    {
        foreach (var name in provider.GetChildKeys([], parent).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var key = parent is null ? name : $"{parent}:{name}";
            var isLeaf = true;
            foreach (var inner in LeavesOf(provider, key))
            {
                isLeaf = false;
                yield return inner;
            }

            if (isLeaf)
            {
                yield return key;
            }
        }
    }

    private static string Join(string prefix, string name) => prefix.Length == 0 ? name : $"{prefix}:{name}";

    private static PropertyInfo[] PropertiesOf(object options) => options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static bool IsSecret(PropertyInfo property) => property.GetCustomAttribute<PasswordPropertyTextAttribute>() is { Password: true };

    private static bool IsValue(Type type) => type == typeof(string) || type == typeof(IList<string>) || type.IsValueType;
}

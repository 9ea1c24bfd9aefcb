using Mayday.Events.Templates;

namespace Mayday.Events.Screening;

/// <summary>Templates and rules of events, as configured by the operators. All roles read the same files.</summary>
public sealed class EventKnowledge(TemplateBook templates, EventRules rules)
{
    /// <summary>Setting: a folder of templates in addition to the shipped ones.</summary>
    public const string TemplatesKey = "Events:Templates";

    /// <summary>Setting: the JSON file of the rules.</summary>
    public const string RulesKey = "Events:Rules";

    // A rule file has a few kilobytes. The limit prevents reading a wrong, large file into memory.
    private const long MaxFileBytes = 1 << 20;

    public static EventKnowledge Shipped { get; } = new(TemplateBook.Shipped, EventRules.Default);

    public TemplateBook Templates { get; } = templates;

    public EventRules Rules { get; } = rules;

    /// <summary>
    /// Reads templates and rules. Reports all mistakes at once, each with its file. If there are mistakes, returns the shipped templates
    /// and default rules.
    /// </summary>
    public static EventKnowledge Load(string? templateFolder, string? rulesFile, out IReadOnlyList<string> mistakes)
    {
        var found = new List<string>();
        var templates = ReadTemplates(templateFolder, found);
        var rules = EventRules.Default;
        if (!string.IsNullOrWhiteSpace(rulesFile) && ReadText(RulesKey, rulesFile, found) is { } text)
        {
            var reader = new EventRulesReader(rulesFile, templates.Names);
            rules = reader.Read(text);
            found.AddRange(reader.Mistakes);
        }

        mistakes = found;
        return found.Count == 0 ? new EventKnowledge(templates, rules) : Shipped;
    }

    private static TemplateBook ReadTemplates(string? folder, List<string> mistakes)
    {
        if (string.IsNullOrWhiteSpace(folder))
        {
            return TemplateBook.Shipped;
        }

        if (!Directory.Exists(folder))
        {
            mistakes.Add($"{TemplatesKey}: there is no folder {folder}");
            return TemplateBook.Shipped;
        }

        var reader = new TemplateReader();
        TemplateBook.ReadShipped(reader);
        foreach (var file in Directory.EnumerateFiles(folder, "*.template").Order(StringComparer.Ordinal))
        {
            if (ReadText(TemplatesKey, file, mistakes) is { } text)
            {
                reader.Read(file, new StringReader(text));
            }
        }

        var book = reader.Build(out var wrong);
        mistakes.AddRange(wrong.Select(mistake => mistake.ToString()));
        return book;
    }

    private static string? ReadText(string key, string file, List<string> mistakes)
    {
        try
        {
            if (new FileInfo(file).Length <= MaxFileBytes)
            {
                return File.ReadAllText(file);
            }

            mistakes.Add($"{key}: {file} is larger than {MaxFileBytes >> 20} MiB");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            mistakes.Add($"{key}: {file} cannot be read: {failure.Message}");
        }

        return null;
    }
}

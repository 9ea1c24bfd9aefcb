using System.Globalization;
using Mayday.Events.Filtering;
using Mayday.Query;

namespace Mayday.Events.Templates;

/// <summary>A mistake in a template file, with its position.</summary>
public sealed record TemplateMistake(string File, int Line, string Message)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}: {Message}");
}

/// <summary>
/// Reads template files (described in README.md in this folder). Continues after a mistake, so that all are reported at once.
/// </summary>
public sealed class TemplateReader
{
    /// <summary>Maximum length of a line in characters. A longer line is a mistake, or an attempt to break the pages.</summary>
    private const int MaxValue = 500;

    private readonly List<TemplateSection> _templates = [];
    private readonly Dictionary<string, TemplateSection> _sets = new(StringComparer.Ordinal);
    private readonly List<TemplateMistake> _mistakes = [];

    public void Read(string file, TextReader text, bool isShipped = false)
    {
        TemplateSection? section = null;
        for (var number = 1; text.ReadLine() is { } line; number++)
        {
            line = line.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] == '[' && line[^1] == ']')
            {
                section = Begin(file, number, line[1..^1].Trim(), isShipped);
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                Mistake(file, number, $"this is neither [a section] nor a line 'field: value': {Short(line)}");
            }
            else if (section is null)
            {
                Mistake(file, number, "the first line has to begin a section: [name]");
            }
            else
            {
                section.Lines.Add(new TemplateLine(number, line[..colon].Trim(), line[(colon + 1)..].Trim()));
            }
        }
    }

    /// <summary>Builds the book of all templates read. Use it only if there are no <paramref name="mistakes"/>.</summary>
    public TemplateBook Build(out IReadOnlyList<TemplateMistake> mistakes)
    {
        var sets = new Dictionary<string, ValueWords>(StringComparer.Ordinal);
        foreach (var (name, section) in _sets)
        {
            sets.Add(name, ReadSet(section));
        }

        var templates = new List<EventTemplate>();
        var fits = new List<TemplateFit>();
        var taken = new Dictionary<(string?, int), string>();
        foreach (var section in _templates)
        {
            var builder = new TemplateBuilder(section.Name, sets, (line, message) => Mistake(section.File, line, message));
            foreach (var line in section.Lines)
            {
                if (line.Value.Length > MaxValue)
                {
                    Mistake(section.File, line.Number, $"{line.Field}: is longer than {MaxValue} characters");
                }
                else
                {
                    builder.Set(line);
                }
            }

            var (template, own) = builder.Build(section.Line);
            templates.Add(template);
            foreach (var fit in own)
            {
                if (taken.TryAdd((fit.Facility, fit.EventType), section.Name))
                {
                    fits.Add(fit);
                }
                else if (taken[(fit.Facility, fit.EventType)] != section.Name)
                {
                    Mistake(section.File, section.Line, $"[{section.Name}] is for the same events as [{taken[(fit.Facility, fit.EventType)]}]");
                }
            }
        }

        mistakes = _mistakes;
        return new TemplateBook(templates, fits);
    }

    private TemplateSection Begin(string file, int line, string name, bool isShipped)
    {
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["values" or "bits", var set])
        {
            var section = new TemplateSection(file, line, set, isShipped) { AreBits = words[0] == "bits" };
            Claim(section, _sets.GetValueOrDefault(set));
            _sets[set] = section;
            return section;
        }

        if (words.Length != 1)
        {
            Mistake(file, line, $"a section is [name], [values name] or [bits name], without blanks in the name: [{Short(name)}]");
        }

        var template = new TemplateSection(file, line, name, isShipped);
        var before = _templates.FindIndex(known => known.Name == name);
        Claim(template, before < 0 ? null : _templates[before]);
        if (before >= 0)
        {
            _templates[before] = template;
        }
        else
        {
            _templates.Add(template);
        }

        return template;
    }

    // A user's template replaces a shipped one. Two user templates with the same name are a mistake.
    private void Claim(TemplateSection section, TemplateSection? before)
    {
        if (before is { IsShipped: false } || (before is not null && section.IsShipped))
        {
            Mistake(section.File, section.Line, $"[{section.Name}] is there already, in {before.File}:{before.Line}");
        }
    }

    private ValueWords ReadSet(TemplateSection section)
    {
        var words = new List<ValueWord>();
        foreach (var line in section.Lines)
        {
            var (word, meaning) = line.Value.IndexOf(' ', StringComparison.Ordinal) is var blank and > 0
                ? (line.Value[..blank], line.Value[blank..].Trim())
                : (line.Value, null);
            if (!NumberText.TryRead(line.Field, out var value) || value != decimal.Truncate(value) || value is < long.MinValue or > long.MaxValue)
            {
                Mistake(section.File, line.Number, $"'{Short(line.Field)}' is no number: a line here is 'value: word, then what it means'");
            }
            else if (section.AreBits && value is < 0 or > 63)
            {
                Mistake(section.File, line.Number, "bits are counted from 0 to 63");
            }
            else if (word.Length == 0)
            {
                Mistake(section.File, line.Number, "the word is missing");
            }
            else
            {
                words.Add(new ValueWord((long)value, word, meaning));
            }
        }

        return new ValueWords(section.Name, section.AreBits, words);
    }

    private void Mistake(string file, int line, string message) => _mistakes.Add(new TemplateMistake(file, line, message));

    private static string Short(string text) => text.Length > 60 ? text[..60] + "..." : text;
}

internal sealed record TemplateLine(int Number, string Field, string Value);

internal sealed record TemplateSection(string File, int Line, string Name, bool IsShipped)
{
    public bool AreBits { get; init; }

    public List<TemplateLine> Lines { get; } = [];
}

using System.Globalization;
using System.Text;
using Mayday.Events.Filtering;
using Mayday.Events.Reading;

namespace Mayday.Events.Templates;

/// <summary>All templates by facility and event type, and the argument names that filters may use.</summary>
public sealed class TemplateBook
{
    private readonly Dictionary<int, List<TemplateFit>> _fits = [];

    internal TemplateBook(IReadOnlyList<EventTemplate> templates, IEnumerable<TemplateFit> fits)
    {
        Templates = templates;
        foreach (var fit in fits)
        {
            if (!_fits.TryGetValue(fit.EventType, out var known))
            {
                _fits.Add(fit.EventType, known = []);
            }

            known.Add(fit);
            var isPayload = fit.Template.Payload.Count > 0;
            for (var i = 0; i < (isPayload ? fit.Template.Payload.Count : fit.Count); i++)
            {
                if ((isPayload ? fit.Template.Payload[i].Argument : fit.Argument(i)) is { } argument)
                {
                    Names.Add(argument.Name, new ArgumentPlace(fit.Facility, fit.EventType, i, argument.Words?.ByWord()));
                }
            }
        }
    }

    /// <summary>The templates that come with the program.</summary>
    public static TemplateBook Shipped { get; } = ReadShipped();

    public IReadOnlyList<EventTemplate> Templates { get; }

    public ArgumentCatalog Names { get; } = new();

    public TemplateFit? Find(string facility, int eventType)
    {
        if (!_fits.TryGetValue(eventType, out var fits))
        {
            return null;
        }

        TemplateFit? general = null;
        foreach (var fit in fits)
        {
            if (fit.Facility == facility)
            {
                return fit;
            }

            general ??= fit.Facility is null ? fit : null;
        }

        return general;
    }

    /// <summary>
    /// Returns the event with named values. A binary payload becomes values and a line of text. Without a template, returns the event
    /// unchanged.
    /// </summary>
    public KernelEvent Apply(KernelEvent record)
    {
        if (Find(record.Facility, record.EventType) is not { } fit)
        {
            return record;
        }

        if (fit.Template.Payload.Count > 0)
        {
            return record.Payload.IsEmpty || record.Arguments.Count > 0 ? record : Read(record, fit.Template);
        }

        var arguments = new EventArgument[record.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = fit.Argument(i) is { } argument ? record.Arguments[i] with { Name = argument.Name } : record.Arguments[i];
        }

        return record with { Arguments = arguments };
    }

    private static KernelEvent Read(KernelEvent record, EventTemplate template)
    {
        var arguments = new List<EventArgument>();
        foreach (var member in template.Payload)
        {
            if (member.Read(record.Payload.Span, record.IsBigEndian) is not { } argument)
            {
                return record with
                {
                    Arguments = arguments,
                    Notes = [.. record.Notes, $"the payload ends before {member.Argument.Name}: {record.Payload.Length} bytes do not hold what template {template.Name} expects"],
                };
            }

            arguments.Add(argument);
        }

        return record with { Arguments = arguments, Text = template.Text is null || record.Text.Length > 0 ? record.Text : Print(template, arguments) };
    }

    private static string Print(EventTemplate template, List<EventArgument> arguments)
    {
        var text = new StringBuilder();
        var rest = template.Text.AsSpan();
        while (rest.IndexOf('{') is var open and >= 0 && rest[open..].IndexOf('}') is var length and > 0)
        {
            text.Append(rest[..open]);
            var name = rest.Slice(open + 1, length - 1);
            var isFirst = true;
            for (var i = 0; i < arguments.Count; i++)
            {
                // The name of an array stands for all its elements.
                if (name.SequenceEqual(arguments[i].Name) || (template.Payload[i].Array is { } array && name.SequenceEqual(array)))
                {
                    text.Append(isFirst ? "" : " ").Append(arguments[i].Text ?? Word(template.Payload[i].Argument, arguments[i]));
                    isFirst = false;
                }
            }

            rest = rest[(open + length + 1)..];
        }

        return text.Append(rest).ToString();
    }

    private static string Word(TemplateArgument known, EventArgument argument) => (argument.Kind == EventArgumentKind.Real ? null : known.Words?.Of(argument.Number))
        ?? argument.Value.ToString(CultureInfo.InvariantCulture);

    private static TemplateBook ReadShipped()
    {
        var reader = new TemplateReader();
        ReadShipped(reader);
        var book = reader.Build(out var mistakes);
        return mistakes.Count == 0 ? book : throw new InvalidOperationException(string.Join('\n', mistakes));
    }

    /// <summary>Reads the shipped templates. A template that is read later replaces a shipped one with the same name.</summary>
    public static void ReadShipped(TemplateReader reader)
    {
        const string Prefix = "Mayday.Events.Templates.";
        var assembly = typeof(TemplateBook).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
            reader.Read(name[Prefix.Length..], text, isShipped: true);
        }
    }
}

using System.Text.Json;
using Mayday.Events.Filtering;
using Mayday.Query;

namespace Mayday.Events.Screening;

/// <summary>Reads the rules. Continues after a mistake, so that all mistakes are reported at once, each with its position.</summary>
internal sealed class EventRulesReader(string file, ArgumentCatalog names)
{
    private const int MaxRules = 200; // each is tried against every event
    private const int MaxCount = 10_000;

    private static readonly JsonDocumentOptions s_options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private readonly List<string> _mistakes = [];

    public IReadOnlyList<string> Mistakes => _mistakes;

    public EventRules Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, s_options);
            return ReadRules(document.RootElement);
        }
        catch (JsonException failure)
        {
            _mistakes.Add($"{file}:{failure.LineNumber + 1}: is no JSON: {failure.Message}");
            return EventRules.Default;
        }
    }

    private EventRules ReadRules(JsonElement root)
    {
        if (!IsObject(root, "the document", ["facilities", "onlyKnownFacilities", "discard", "folding", "alerts"]))
        {
            return EventRules.Default;
        }

        return new EventRules
        {
            Facilities = ReadList(root, "facilities", ReadFacility),
            OnlyKnownFacilities = Truth(root, "onlyKnownFacilities", "", false),
            Discard = ReadList(root, "discard", ReadDiscard),
            Folding = root.TryGetProperty("folding", out var folding) ? ReadFolding(folding) : new FoldingRule(),
            Alerts = ReadList(root, "alerts", ReadAlert),
        };
    }

    private List<T> ReadList<T>(JsonElement parent, string name, Func<JsonElement, string, T?> read)
        where T : class
    {
        var rules = new List<T>();
        if (!parent.TryGetProperty(name, out var list))
        {
            return rules;
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxRules)
        {
            Mistake(name, $"is a list of at most {MaxRules} rules");
            return rules;
        }

        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            if (read(element, $"{name}[{index++}]") is { } rule)
            {
                rules.Add(rule);
            }
        }

        return rules;
    }

    private FacilityRule? ReadFacility(JsonElement rule, string at) =>
        IsObject(rule, at, ["name", "meaning", "kernelOnly", "accept"]) && Text(rule, "name", at) is { } name
            ? new FacilityRule(name, OptionalText(rule, "meaning", at), Truth(rule, "kernelOnly", at, false), rule.TryGetProperty("accept", out _) ? Filter(rule, "accept", at) : null)
            : null;

    private DiscardRule? ReadDiscard(JsonElement rule, string at) =>
        IsObject(rule, at, ["name", "filter"]) && Text(rule, "name", at) is { } name && Filter(rule, "filter", at) is { } filter
            ? new DiscardRule(name, filter)
            : null;

    private FoldingRule ReadFolding(JsonElement folding)
    {
        var plain = new FoldingRule();
        return IsObject(folding, "folding", ["on", "batches", "window", "count", "lookBack"])
            ? new FoldingRule
            {
                IsOn = Truth(folding, "on", "folding", true),
                TakesBatches = Truth(folding, "batches", "folding", false),
                Window = Span(folding, "window", "folding", plain.Window, TimeSpan.FromHours(1)),
                Count = Number(folding, "count", "folding", plain.Count, MaxCount),
                LookBack = Number(folding, "lookBack", "folding", plain.LookBack, 100),
            }
            : plain;
    }

    private AlertRule? ReadAlert(JsonElement rule, string at)
    {
        if (!IsObject(rule, at, ["name", "filter", "count", "within", "per", "quiet", "webhook"])
            || Text(rule, "name", at) is not { } name || Filter(rule, "filter", at) is not { } filter)
        {
            return null;
        }

        var within = Span(rule, "within", at, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7));
        return new AlertRule
        {
            Name = name,
            Filter = filter,
            Count = Number(rule, "count", at, 1, MaxCount),
            Within = within,
            Per = Names(rule, "per", at),
            Quiet = Span(rule, "quiet", at, TimeSpan.FromMinutes(10), TimeSpan.FromDays(30)),
            Webhook = Address(rule, "webhook", at),
        };
    }

    private bool IsObject(JsonElement element, string at, string[] known)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            Mistake(at, "has to be an object { }");
            return false;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                Mistake(at, $"has no member '{member.Name}'; there are {string.Join(' ', known)}");
            }
        }

        return true;
    }

    private string? Text(JsonElement rule, string name, string at)
    {
        if (rule.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= 200 } text)
        {
            return text;
        }

        Mistake($"{at}.{name}", "is missing: a text of 1 to 200 characters");
        return null;
    }

    private string? OptionalText(JsonElement rule, string name, string at) => rule.TryGetProperty(name, out _) ? Text(rule, name, at) : null;

    private EventFilter? Filter(JsonElement rule, string name, string at)
    {
        if (!rule.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            Mistake($"{at}.{name}", "is missing: a filter, as \"severity <= err\"");
            return null;
        }

        if (EventFilter.TryParse(value.GetString()!, new EventCatalogue(names), BareWords.Refuse, out var filter, out var error))
        {
            return filter;
        }

        Mistake($"{at}.{name}", error.ToString());
        return null;
    }

    private bool Truth(JsonElement rule, string name, string at, bool otherwise)
    {
        if (!rule.TryGetProperty(name, out var value))
        {
            return otherwise;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Mistake($"{at}.{name}".TrimStart('.'), "is true or false");
        }

        return value.ValueKind == JsonValueKind.True;
    }

    private int Number(JsonElement rule, string name, string at, int otherwise, int most)
    {
        if (!rule.TryGetProperty(name, out var value))
        {
            return otherwise;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1 && number <= most)
        {
            return number;
        }

        Mistake($"{at}.{name}", $"is a number from 1 to {most}");
        return otherwise;
    }

    private TimeSpan Span(JsonElement rule, string name, string at, TimeSpan otherwise, TimeSpan most)
    {
        if (!rule.TryGetProperty(name, out var value))
        {
            return otherwise;
        }

        if (value.ValueKind == JsonValueKind.String && TimeText.TryReadAge(value.GetString()!, out var span) && span > TimeSpan.Zero && span <= most)
        {
            return span;
        }

        Mistake($"{at}.{name}", $"is a length of time in quotes, as \"90s\", \"10m\" or \"2h\", up to {most.TotalHours} hours");
        return otherwise;
    }

    private List<string> Names(JsonElement rule, string name, string at)
    {
        var found = new List<string>();
        if (!rule.TryGetProperty(name, out var list))
        {
            return found;
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > 5)
        {
            Mistake($"{at}.{name}", "is a list of at most 5 field names, as [\"host\", \"device\"]");
            return found;
        }

        foreach (var value in list.EnumerateArray())
        {
            // Events can be counted by any field that a filter can compare.
            var word = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            if (EventFacts.IsName(word, names))
            {
                found.Add(word);
            }
            else
            {
                Mistake($"{at}.{name}", $"'{word}' is no field other than times, no arg1, and no name of a template");
            }
        }

        return found;
    }

    private Uri? Address(JsonElement rule, string name, string at)
    {
        if (!rule.TryGetProperty(name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && Uri.TryCreate(value.GetString(), UriKind.Absolute, out var address)
            && address.Scheme is ("http" or "https"))
        {
            return address;
        }

        Mistake($"{at}.{name}", "is an address that begins with http:// or https://");
        return null;
    }

    private void Mistake(string at, string message) => _mistakes.Add($"{file}: {at} {message}");
}

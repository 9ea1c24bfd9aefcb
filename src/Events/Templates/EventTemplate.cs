namespace Mayday.Events.Templates;

/// <summary>Where the fault probably is: evlog's classes, plus the two that operators ask for most.</summary>
public enum FaultClass : byte
{
    Unknown,
    Hardware,
    Software,
    Configuration,
    Capacity,
}

/// <summary>What is known about one kind of event: names and meanings of its values, causes, and what to do.</summary>
public sealed record EventTemplate
{
    /// <summary>Name of the section, unique among all templates.</summary>
    public required string Name { get; init; }

    /// <summary>Empty for any facility. Most event types are checksums of format strings, which are unique enough.</summary>
    public IReadOnlyList<string> Facilities { get; init; } = [];

    /// <summary>The format strings that the template applies to, as in the kernel source.</summary>
    public IReadOnlyList<string> Formats { get; init; } = [];

    /// <summary>Event types that the driver numbers itself.</summary>
    public IReadOnlyList<int> EventTypes { get; init; } = [];

    public FaultClass Class { get; init; }

    /// <summary>What happened, in one sentence.</summary>
    public string? Meaning { get; init; }

    public IReadOnlyList<string> Causes { get; init; } = [];

    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>In the order of the conversions; null for arguments without a name.</summary>
    public IReadOnlyList<TemplateArgument?> Arguments { get; init; } = [];

    /// <summary>The layout of a binary event's payload.</summary>
    public IReadOnlyList<PayloadMember> Payload { get; init; } = [];

    /// <summary>The line of text for a binary event, with {names} of its members.</summary>
    public string? Text { get; init; }
}

/// <summary>One value of an event.</summary>
/// <param name="Words">Null if the numbers need no words.</param>
public sealed record TemplateArgument(string Name, string? Unit = null, string? Meaning = null, ValueWords? Words = null);

/// <summary>Words for the values of a number, or for its bits.</summary>
public sealed record ValueWords(string Name, bool AreBits, IReadOnlyList<ValueWord> Words)
{
    /// <summary>The word for a number, for example "live"; for bits "DEV | TIMEOUT"; null if no word is known.</summary>
    public string? Of(long number)
    {
        if (!AreBits)
        {
            foreach (var word in Words)
            {
                if (word.Value == number)
                {
                    return word.Word;
                }
            }

            return null;
        }

        var set = Words.Where(word => (number >> (int)word.Value & 1) != 0).Select(word => word.Word).ToArray();
        return set.Length == 0 ? null : string.Join(" | ", set);
    }

    /// <summary>The number that a filter compares with: the value, or the mask of the bit.</summary>
    public IReadOnlyDictionary<string, long> ByWord() => Words
        .DistinctBy(word => word.Word, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(word => word.Word, word => AreBits ? 1L << (int)word.Value : word.Value, StringComparer.OrdinalIgnoreCase);
}

/// <param name="Value">The value, or the position of the bit.</param>
public sealed record ValueWord(long Value, string Word, string? Meaning);

/// <summary>A template matched to one event type.</summary>
/// <param name="Before">Arguments before the template's first one: the prefix that dev_err and similar functions add.</param>
public sealed record TemplateFit(EventTemplate Template, string? Facility, int EventType, IReadOnlyList<TemplateArgument> Before)
{
    public TemplateArgument? Argument(int index) => index < Before.Count ? Before[index]
        : index - Before.Count < Template.Arguments.Count ? Template.Arguments[index - Before.Count]
        : null;

    public int Count => Before.Count + Template.Arguments.Count;
}

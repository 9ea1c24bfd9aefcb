namespace Mayday.Events.Templates;

/// <summary>Where the fault probably lies: evlog's classes, with the two that fleets ask for most told apart.</summary>
public enum FaultClass : byte
{
    Unknown,
    Hardware,
    Software,
    Configuration,
    Capacity,
}

/// <summary>What people know of the events of one kind: what their values are called and mean, what causes them, what to do.</summary>
public sealed record EventTemplate
{
    /// <summary>The section's name, unique among all templates.</summary>
    public required string Name { get; init; }

    /// <summary>Empty: of whatever facility. Event types are checksums of format strings mostly, which are enough of a key.</summary>
    public IReadOnlyList<string> Facilities { get; init; } = [];

    /// <summary>The format strings it is for, as the kernel's source has them.</summary>
    public IReadOnlyList<string> Formats { get; init; } = [];

    /// <summary>Event types that are numbers of the driver's own.</summary>
    public IReadOnlyList<int> EventTypes { get; init; } = [];

    public FaultClass Class { get; init; }

    /// <summary>One sentence: what happened.</summary>
    public string? Meaning { get; init; }

    public IReadOnlyList<string> Causes { get; init; } = [];

    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>In the order of the conversions; null for those without a name.</summary>
    public IReadOnlyList<TemplateArgument?> Arguments { get; init; } = [];

    /// <summary>What the bytes of a binary event are.</summary>
    public IReadOnlyList<PayloadMember> Payload { get; init; } = [];

    /// <summary>A line of text for binary events, with {names} of their members.</summary>
    public string? Text { get; init; }
}

/// <summary>One value of an event.</summary>
/// <param name="Words">Null: its numbers speak for themselves.</param>
public sealed record TemplateArgument(string Name, string? Unit = null, string? Meaning = null, ValueWords? Words = null);

/// <summary>Words for the values of a number, or for its bits.</summary>
public sealed record ValueWords(string Name, bool AreBits, IReadOnlyList<ValueWord> Words)
{
    /// <summary>"live"; for bits "DEV | TIMEOUT"; null when no word is known.</summary>
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

    /// <summary>What a filter compares with: the value, or the mask of the bit.</summary>
    public IReadOnlyDictionary<string, long> ByWord() => Words
        .DistinctBy(word => word.Word, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(word => word.Word, word => AreBits ? 1L << (int)word.Value : word.Value, StringComparer.OrdinalIgnoreCase);
}

/// <param name="Value">The value, or the number of the bit.</param>
public sealed record ValueWord(long Value, string Word, string? Meaning);

/// <summary>A template as it fits the events of one event type.</summary>
/// <param name="Before">Arguments that stand before the template's first: what dev_err and its like put before the text.</param>
public sealed record TemplateFit(EventTemplate Template, string? Facility, int EventType, IReadOnlyList<TemplateArgument> Before)
{
    public TemplateArgument? Argument(int index) => index < Before.Count ? Before[index]
        : index - Before.Count < Template.Arguments.Count ? Template.Arguments[index - Before.Count]
        : null;

    public int Count => Before.Count + Template.Arguments.Count;
}

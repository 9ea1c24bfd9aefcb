using System.Diagnostics.CodeAnalysis;
using Mayday.Query;

namespace Mayday.Events.Filtering;

/// <summary>
/// A condition on events in the query language: <c>severity &lt;= err &amp;&amp; host ~ "^web" &amp;&amp; arg1 > 5</c>. The same filter runs in
/// memory (<see cref="Matches"/>) and in SQL, with the same results.
/// </summary>
public sealed class EventFilter
{
    public const int MaxLength = Filter.MaxLength;

    public const int MaxDepth = Filter.MaxDepth;

    public const int MaxTests = Filter.MaxTests;

    /// <summary>An evlog record holds at most 8 KiB: arguments beyond this position are nobody's.</summary>
    public const int MaxPosition = 999;

    private readonly Filter _filter;

    private EventFilter(Filter filter)
    {
        _filter = filter;
        Root = Expand(filter.Root);
    }

    /// <summary>As it was written.</summary>
    public string Text => _filter.Text;

    /// <summary>
    /// The tree with each test on one <see cref="EventSubject"/>: a name that templates give to several places has become a test of each, and no
    /// <see cref="WrittenValue"/> is left.
    /// </summary>
    public FilterNode Root { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out EventFilter? filter, [NotNullWhen(false)] out FilterError? error) =>
        TryParse(text, EventCatalogue.Plain, out filter, out error);

    /// <param name="names">Arguments that templates have named.</param>
    public static bool TryParse(
        string text, ArgumentCatalog names, [NotNullWhen(true)] out EventFilter? filter, [NotNullWhen(false)] out FilterError? error) =>
        TryParse(text, new EventCatalogue(names), out filter, out error);

    public static bool TryParse(
        string text, EventCatalogue catalogue, [NotNullWhen(true)] out EventFilter? filter, [NotNullWhen(false)] out FilterError? error) =>
        TryParse(text, catalogue, BareWords.Search, out filter, out error);

    /// <param name="bareWords">What words without a field are: in rules, which nobody looks at while they run, mistakes.</param>
    public static bool TryParse(
        string text,
        EventCatalogue catalogue,
        BareWords bareWords,
        [NotNullWhen(true)] out EventFilter? filter,
        [NotNullWhen(false)] out FilterError? error)
    {
        filter = Filter.TryParse(text, catalogue, bareWords, out var read, out error) ? new EventFilter(read) : null;
        return filter is not null;
    }

    /// <param name="now">What ages count from.</param>
    public bool Matches(ReceivedFacts facts, DateTimeOffset now) => FilterEvaluation.Matches(Root, facts, now, EventTests.Passes);

    /// <summary>In the short form; read again it is the same filter.</summary>
    public override string ToString() => _filter.ToString();

    private static FilterNode Expand(FilterNode node) => node switch
    {
        FilterAll(var parts) => new FilterAll([.. parts.Select(Expand)]),
        FilterAny(var parts) => new FilterAny([.. parts.Select(Expand)]),
        FilterNot(var part) => new FilterNot(Expand(part)),
        FilterTest { Field: EventField { Type: ArgumentType } field } test => ArgumentType.Expand(field, test),
        // A word behind "format" is the form of the record.
        FilterTest { Field: EventField { Type: FormatType } field, Value: NumberValue } test =>
            test with { Field = new EventField(new AttributeSubject(EventAttribute.RecordFormat), field.Name, field.Type, field.Meaning) },
        _ => node,
    };
}

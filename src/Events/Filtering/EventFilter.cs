using System.Diagnostics.CodeAnalysis;
using Mayday.Query;

namespace Mayday.Events.Filtering;

/// <summary>
/// A condition on events in the query language: <c>severity &lt;= err &amp;&amp; host ~ "^web" &amp;&amp; arg1 > 5</c>. The same filter
/// runs in memory (<see cref="Matches"/>) and in SQL, with the same results.
/// </summary>
public sealed class EventFilter
{
    public const int MaxLength = Filter.MaxLength;

    public const int MaxDepth = Filter.MaxDepth;

    public const int MaxTests = Filter.MaxTests;

    /// <summary>An evlog record has at most 8 KiB, so no event has an argument beyond this position.</summary>
    public const int MaxPosition = 999;

    private readonly Filter _filter;

    private EventFilter(Filter filter)
    {
        _filter = filter;
        Root = Expand(filter.Root);
    }

    /// <summary>The filter as it was written.</summary>
    public string Text => _filter.Text;

    /// <summary>
    /// The tree in which each test has exactly one <see cref="EventSubject"/>. A name that templates give to several places has become one
    /// test for each place. No <see cref="WrittenValue"/> remains.
    /// </summary>
    public FilterNode Root { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out EventFilter? filter, [NotNullWhen(false)] out FilterError? error) =>
        TryParse(text, EventCatalogue.Plain, out filter, out error);

    /// <param name="names">The arguments that templates have named.</param>
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

    /// <param name="now">The time that ages are relative to.</param>
    public bool Matches(ReceivedFacts facts, DateTimeOffset now) => FilterEvaluation.Matches(Root, facts, now, EventTests.Passes);

    /// <summary>The filter in its short form. Parsing it again gives the same filter.</summary>
    public override string ToString() => _filter.ToString();

    private static FilterNode Expand(FilterNode node) => node switch
    {
        FilterAll(var parts) => new FilterAll([.. parts.Select(Expand)]),
        FilterAny(var parts) => new FilterAny([.. parts.Select(Expand)]),
        FilterNot(var part) => new FilterNot(Expand(part)),
        FilterTest { Field: EventField { Type: ArgumentType } field } test => ArgumentType.Expand(field, test),
        // A bare word after "format" is the form of the record.
        FilterTest { Field: EventField { Type: FormatType } field, Value: NumberValue } test =>
            test with { Field = new EventField(new AttributeSubject(EventAttribute.RecordFormat), field.Name, field.Type, field.Meaning) },
        _ => node,
    };
}

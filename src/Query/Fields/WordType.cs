namespace Mayday.Query.Fields;

/// <summary>One of a known set of words, accepted in any case.</summary>
public sealed class WordType(IReadOnlyList<FieldWord> words, FilterOperators operators = FilterOperators.Name) : FieldType
{
    public override FilterOperators Operators => operators;

    public override IEnumerable<FilterSuggestion> Suggestions => words.Select(word => word.ToSuggestion());

    public override ValueReading Read(FilterField field, FilterOperator op, WrittenText written)
    {
        var read = ReadText(op, written);
        switch (read.Value)
        {
            case GlobValue(var glob, _):
                return ValueReading.Of(new GlobValue(glob, IgnoresCase: true));
            case TextValue(var text) when op is not (FilterOperator.Contains or FilterOperator.Finds):
                return words.FirstOrDefault(word => word.Is(text)) is { } known
                    ? ValueReading.Of(new TextValue(known.Word))
                    : ValueReading.Wrong(
                        $"{field.Name} is one of: {string.Join(' ', words.Select(word => word.Word))}.", NearName.Find(text, words.Select(word => word.Word)));
            default:
                return read;
        }
    }
}

namespace Mayday.Query.Fields;

/// <summary>A point in time, written as a time or as an age.</summary>
public sealed class TimeType : FieldType
{
    public static TimeType Instance { get; } = new();

    public override FilterOperators Operators => FilterOperators.Comparison;

    public override IEnumerable<FilterSuggestion> Suggestions => AgeType.Instance.Suggestions;

    public override ValueReading Read(FilterField field, FilterOperator op, WrittenText written) =>
        TimeText.TryReadValue(written.Plain) is { } value ? ValueReading.Of(value) : ValueReading.Wrong(TimeText.TimeIsWritten);
}

/// <summary>The age of a point in time.</summary>
public sealed class AgeType : FieldType
{
    public static AgeType Instance { get; } = new();

    public override FilterOperators Operators => FilterOperators.Order;

    public override IEnumerable<FilterSuggestion> Suggestions { get; } =
    [
        new("10m", "ten minutes", FilterSuggestionKind.Value),
        new("1h", "an hour", FilterSuggestionKind.Value),
        new("24h", "a day", FilterSuggestionKind.Value),
        new("7d", "a week", FilterSuggestionKind.Value),
    ];

    public override ValueReading Read(FilterField field, FilterOperator op, WrittenText written) =>
        TimeText.TryReadAge(written.Plain, out var age) ? ValueReading.Of(new AgeValue(age)) : ValueReading.Wrong(TimeText.AgeIsWritten);

    public override string RefuseOperator(FilterField field, FilterOperator op) => "An age is compared with < <= > >=.";
}

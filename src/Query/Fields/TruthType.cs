namespace Mayday.Query.Fields;

/// <summary>True or false. The name alone means true.</summary>
public sealed class TruthType : FieldType
{
    public static TruthType Instance { get; } = new();

    public override FilterOperators Operators => FilterOperators.Equality;

    public override bool StandsAlone => true;

    public override IEnumerable<FilterSuggestion> Suggestions { get; } =
        [new("true", "", FilterSuggestionKind.Value), new("false", "", FilterSuggestionKind.Value)];

    public override ValueReading Read(FilterField field, FilterOperator op, WrittenText written) => written.Plain.ToLowerInvariant() switch
    {
        "true" or "yes" => ValueReading.Of(new TruthValue(true)),
        "false" or "no" => ValueReading.Of(new TruthValue(false)),
        _ => ValueReading.Wrong($"{field.Name} stands alone, or before = true or = false."),
    };

    public override string RefuseOperator(FilterField field, FilterOperator op) => $"{field.Name} stands alone, or before = true or = false.";
}

/// <summary>A uuid.</summary>
public sealed class IdType : FieldType
{
    public static IdType Instance { get; } = new();

    public override FilterOperators Operators => FilterOperators.Equality;

    public override ValueReading Read(FilterField field, FilterOperator op, WrittenText written) => Guid.TryParseExact(written.Plain, "D", out var id)
        ? ValueReading.Of(new IdValue(id))
        : ValueReading.Wrong($"{field.Name} is a uuid such as 0199f3a4-6c1e-7b0a-9d55-0f6f4f1c2b3a.");
}

namespace Mayday.Query.Fields;

/// <summary>Numbers, decimal or hexadecimal. Some may have words.</summary>
public class NumberType : FieldType
{
    public static NumberType Instance { get; } = new();

    /// <summary>Words that stand for numbers, accepted in any case.</summary>
    public IReadOnlyList<FieldWord> Words { get; init; } = [];

    public decimal Least { get; init; } = long.MinValue;

    public decimal Most { get; init; } = ulong.MaxValue;

    /// <summary>True if only whole numbers are accepted.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The noun for one of the words, for messages. Null uses the field's name.</summary>
    public string? Noun { get; init; }

    /// <summary>The advice in messages: "pid is compared with a number, ...". Null builds it from words and bounds.</summary>
    public string? Advice { get; init; }

    public override FilterOperators Operators => FilterOperators.Comparison;

    public override IEnumerable<FilterSuggestion> Suggestions => Words.Select(word => word.ToSuggestion());

    public override ValueReading Read(FilterField field, FilterOperator op, WrittenText written)
    {
        var text = written.Plain;
        if (Words.FirstOrDefault(word => word.Is(text)) is { } known)
        {
            return ValueReading.Of(new NumberValue(known.Number));
        }

        if (NumberText.TryRead(text, out var number) && number >= Least && number <= Most && (!IsWhole || number == decimal.Truncate(number)))
        {
            return ValueReading.Of(new NumberValue(number));
        }

        return ValueReading.Wrong(Refuse(field, text), NearName.Find(text, Words.Select(word => word.Word)));
    }

    public override string Write(FilterOperator op, FilterValue value) =>
        value is NumberValue(var number) && Words.FirstOrDefault(word => word.Number == number) is { } known ? known.Word : base.Write(op, value);

    private string Refuse(FilterField field, string text) => Advice is not null ? $"{field.Name} is compared with {Advice}."
        : Words.Count > 0 ? $"{FilterText.Shown(text)} is no {Noun ?? field.Name}: {string.Join(' ', Words.Select(word => word.Word))}, or {Least} to {Most}."
        : Most == ulong.MaxValue ? $"{field.Name} is compared with a number, decimal or 0x hexadecimal, of at most 64 bits."
        : $"{field.Name} is compared with a number from {Least} to {Most}, decimal or 0x hexadecimal.";
}

/// <summary>A number whose bits have words: <c>flags &amp; TRUNCATE</c>, <c>taint:P</c>.</summary>
public sealed class BitsType : NumberType
{
    public BitsType(int bits = 32)
    {
        (Least, Most, IsWhole) = (0, bits == 64 ? ulong.MaxValue : (1UL << bits) - 1, true);
    }

    public override FilterOperators Operators => FilterOperators.Comparison | FilterOperators.Bits;

    public override FilterOperator Short => FilterOperator.HasBits;
}

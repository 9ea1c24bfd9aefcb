using System.Globalization;
using Mayday.Query.Patterns;

namespace Mayday.Query.Fields;

/// <summary>Defines how the values of a field are written and which operators it accepts.</summary>
public abstract class FieldType
{
    public abstract FilterOperators Operators { get; }

    /// <summary>The operator that <c>field:value</c> stands for.</summary>
    public virtual FilterOperator Short => FilterOperator.Equal;

    /// <summary>True if the name alone is a condition.</summary>
    public virtual bool StandsAlone => false;

    /// <summary>
    /// True if any text is a valid value. A word after the field's name then does not suggest that an operator was forgotten.
    /// </summary>
    public virtual bool IsOpen => false;

    /// <summary>Values to suggest.</summary>
    public virtual IEnumerable<FilterSuggestion> Suggestions => [];

    /// <summary>Reads a value that a person wrote. Never throws.</summary>
    public abstract ValueReading Read(FilterField field, FilterOperator op, WrittenText written);

    /// <summary>Writes a value from <see cref="Read"/> so that reading it again gives the same value.</summary>
    public virtual string Write(FilterOperator op, FilterValue value) => value switch
    {
        NumberValue(var number) => NumberText.Write(number),
        TextValue(var text) => FilterText.Write(text),
        GlobValue(var glob, _) => glob.Text,
        PatternValue(var pattern) => FilterText.WritePattern(pattern.Text),
        TimeValue(var time) => TimeText.Write(time),
        AgeValue(var age) => TimeText.Write(age),
        TruthValue(var truth) => truth ? "true" : "false",
        IdValue(var id) => id.ToString("D", CultureInfo.InvariantCulture),
        WrittenValue({ IsQuoted: false } written) => written.Raw,
        WrittenValue(var written) => FilterText.Quote(written.Plain),
        _ => throw new ArgumentException("a value of a kind that is not written", nameof(value)),
    };

    /// <summary>Explains why an operator is not accepted.</summary>
    public virtual string RefuseOperator(FilterField field, FilterOperator op) => op switch
    {
        FilterOperator.HasBits => "& asks for bits, which this field has not; for both of two conditions write && or a blank.",
        FilterOperator.Contains or FilterOperator.Matches or FilterOperator.NotMatches =>
            $"{field.Name} is no text: compare it with {FilterSigns.List(Operators)}.",
        _ => $"{field.Name} is compared with {FilterSigns.List(Operators)}.",
    };

    /// <summary>Reads a text, glob or pattern, depending on the operator.</summary>
    protected static ValueReading ReadText(FilterOperator op, WrittenText written)
    {
        if (op is FilterOperator.Matches or FilterOperator.NotMatches)
        {
            return FilterPattern.TryRead(written.Raw, out var pattern, out var offset, out var mistake)
                ? ValueReading.Of(new PatternValue(pattern))
                : ValueReading.WrongAt(offset, mistake);
        }

        if (written.Raw.Contains('\0', StringComparison.Ordinal))
        {
            return ValueReading.Wrong("No text holds U+0000.");
        }

        return written.IsGlob && op is (FilterOperator.Equal or FilterOperator.NotEqual or FilterOperator.Finds)
            ? ValueReading.Of(new GlobValue(new Glob(written.Raw)))
            : ValueReading.Of(new TextValue(written.Plain));
    }
}

/// <summary>A value, or an explanation of what is wrong with the written text.</summary>
public readonly record struct ValueReading
{
    public FilterValue? Value { get; private init; }

    public string? Mistake { get; private init; }

    public string? Suggestion { get; private init; }

    /// <summary>True if the operator does not fit the value.</summary>
    public bool IsOfOperator { get; private init; }

    /// <summary>Offset of the wrong character in the written text; null if all of it is wrong.</summary>
    public int? Offset { get; private init; }

    public static ValueReading Of(FilterValue value) => new() { Value = value };

    public static ValueReading Wrong(string mistake, string? suggestion = null) => new()
    {
        Mistake = suggestion is null ? mistake : $"{mistake} Did you mean {suggestion}?",
        Suggestion = suggestion,
    };

    public static ValueReading WrongOperator(string mistake) => new() { Mistake = mistake, IsOfOperator = true };

    public static ValueReading WrongAt(int offset, string mistake) => new() { Mistake = mistake, Offset = offset };
}

/// <summary>A word for a value, and the number or bits that it stands for, if any.</summary>
public sealed record FieldWord(string Word, string Meaning = "", decimal Number = 0, params string[] Aliases)
{
    public bool Is(string written) => string.Equals(Word, written, StringComparison.OrdinalIgnoreCase)
        || Aliases.Contains(written, StringComparer.OrdinalIgnoreCase);

    internal FilterSuggestion ToSuggestion() => new(Word, Meaning, FilterSuggestionKind.Value);
}

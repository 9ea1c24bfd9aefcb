using System.Globalization;
using Mayday.Query.Patterns;

namespace Mayday.Query.Fields;

/// <summary>How the values of a field are written, and what may be asked of them.</summary>
public abstract class FieldType
{
    public abstract FilterOperators Operators { get; }

    /// <summary>What <c>field:value</c> asks.</summary>
    public virtual FilterOperator Short => FilterOperator.Equal;

    /// <summary>The name alone is a condition.</summary>
    public virtual bool StandsAlone => false;

    /// <summary>Any text is a value: a word after the field's name says nothing about whether a comparison was forgotten between them.</summary>
    public virtual bool IsOpen => false;

    /// <summary>Values to offer.</summary>
    public virtual IEnumerable<FilterSuggestion> Suggestions => [];

    /// <summary>Never throws: what people write is read here.</summary>
    public abstract ValueReading Read(FilterField field, FilterOperator op, WrittenText written);

    /// <summary>A value that <see cref="Read"/> gave, so that it is read as the same again.</summary>
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

    /// <summary>Why an operator is not taken.</summary>
    public virtual string RefuseOperator(FilterField field, FilterOperator op) => op switch
    {
        FilterOperator.HasBits => "& asks for bits, which this field has not; for both of two conditions write && or a blank.",
        FilterOperator.Contains or FilterOperator.Matches or FilterOperator.NotMatches =>
            $"{field.Name} is no text: compare it with {FilterSigns.List(Operators)}.",
        _ => $"{field.Name} is compared with {FilterSigns.List(Operators)}.",
    };

    /// <summary>A text, glob or pattern: what the operators for texts want.</summary>
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

/// <summary>A value, or what is wrong with what was written.</summary>
public readonly record struct ValueReading
{
    public FilterValue? Value { get; private init; }

    public string? Mistake { get; private init; }

    public string? Suggestion { get; private init; }

    /// <summary>The operator is wrong for this value.</summary>
    public bool IsOfOperator { get; private init; }

    /// <summary>Of the wrong character inside the written text; null: all of it.</summary>
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

/// <summary>A word for a value: its number or bits where it stands for some.</summary>
public sealed record FieldWord(string Word, string Meaning = "", decimal Number = 0, params string[] Aliases)
{
    public bool Is(string written) => string.Equals(Word, written, StringComparison.OrdinalIgnoreCase)
        || Aliases.Contains(written, StringComparer.OrdinalIgnoreCase);

    internal FilterSuggestion ToSuggestion() => new(Word, Meaning, FilterSuggestionKind.Value);
}

using Mayday.Protocol.Evlog;
using Mayday.Query;
using Mayday.Query.Fields;

namespace Mayday.Events.Filtering;

/// <summary>Names of facilities. Syslog's standard facilities are accepted in any case, or by their code, as in evlog.</summary>
internal sealed class FacilityType : TextType
{
    public override IEnumerable<FilterSuggestion> Suggestions { get; } =
        [.. FilterWords.Facilities.Select(facility => new FilterSuggestion(facility.Word, "facility of syslog", FilterSuggestionKind.Value))];

    public override ValueReading Read(FilterField field, FilterOperator op, WrittenText written)
    {
        var read = base.Read(field, op, written);
        if (read.Value is not TextValue(var text) || op is FilterOperator.Contains or FilterOperator.Finds)
        {
            return read;
        }

        var isNumber = !written.IsQuoted && NumberText.TryRead(text, out _);
        foreach (var (word, code) in FilterWords.Facilities)
        {
            if (string.Equals(word, text, StringComparison.OrdinalIgnoreCase) || (isNumber && NumberText.TryRead(text, out var number) && number == code))
            {
                return ValueReading.Of(new TextValue(word));
            }
        }

        return isNumber
            ? ValueReading.Wrong("Facilities are compared by name; of their codes only those of syslog are known (0 kern, 8 user ... 184 local7).")
            : read;
    }

    // Quoted, because a bare number would be read as a code.
    public override string Write(FilterOperator op, FilterValue value) =>
        value is TextValue(var text) && NumberText.TryRead(text, out _) ? FilterText.Quote(text) : base.Write(op, value);
}

/// <summary>A 32-bit number, signed or not. A format string in quotes stands for its CRC.</summary>
internal sealed class EventTypeType : FieldType
{
    public override FilterOperators Operators => FilterOperators.Comparison;

    public override ValueReading Read(FilterField field, FilterOperator op, WrittenText written)
    {
        if (written.IsQuoted)
        {
            return op is FilterOperator.Equal or FilterOperator.NotEqual
                ? ValueReading.Of(new NumberValue((uint)EvlogCrc.EventTypeOf(written.Plain)))
                : ValueReading.WrongOperator("An event type given as its format string is compared with = or !=.");
        }

        // Records store the type signed and pages show it unsigned, so both notations are accepted.
        return NumberText.TryRead(written.Raw, out var number) && number == decimal.Truncate(number) && number is >= int.MinValue and <= uint.MaxValue
            ? ValueReading.Of(new NumberValue(number < 0 ? number + 0x1_0000_0000 : number))
            : ValueReading.Wrong("An event type is a number of 32 bits, decimal or 0x hexadecimal, or a format string in quotes.");
    }

    public override string Write(FilterOperator op, FilterValue value) =>
        value is NumberValue(var number) ? $"0x{(uint)number:x8}" : base.Write(op, value);
}

/// <summary>A bare word is the form of the record, a quoted text is the format string: "STRING" could be either.</summary>
internal sealed class FormatType : FieldType
{
    public override FilterOperators Operators => FilterOperators.Text;

    public override bool IsOpen => true;

    public override IEnumerable<FilterSuggestion> Suggestions { get; } =
        [.. FilterWords.Formats.Select(word => new FilterSuggestion(word, "form of the record", FilterSuggestionKind.Value))];

    public override ValueReading Read(FilterField field, FilterOperator op, WrittenText written)
    {
        if (written.IsQuoted || op is FilterOperator.Contains or FilterOperator.Matches or FilterOperator.NotMatches)
        {
            return ReadText(op, written);
        }

        return FilterWords.TryFormat(written.Raw, out var format) || (NumberText.TryRead(written.Raw, out var number) && TryForm(number, out format))
            ? ValueReading.Of(new NumberValue((int)format))
            : ValueReading.Wrong("format is compared with PRINTF, STRING, BINARY or NODATA, or with a format string in quotes.");
    }

    public override string Write(FilterOperator op, FilterValue value) => value switch
    {
        NumberValue(var number) => FilterWords.Formats[(int)number],
        TextValue(var text) => FilterText.Quote(text),
        _ => base.Write(op, value),
    };

    private static bool TryForm(decimal number, out EvlogFormat format)
    {
        format = number is 0 or 1 or 2 or 3 ? (EvlogFormat)(byte)number : default;
        return number is 0 or 1 or 2 or 3;
    }
}

/// <summary>
/// An argument of an event. A bare number compares as a number, a quoted one as text. Words from a template stand for their numbers.
/// </summary>
internal sealed class ArgumentType(IReadOnlyList<ArgumentPlace> places) : FieldType
{
    public static ArgumentType Unnamed { get; } = new([]);

    public override FilterOperators Operators => FilterOperators.Text | FilterOperators.Bits;

    public override bool IsOpen => true;

    public override IEnumerable<FilterSuggestion> Suggestions => places
        .SelectMany(place => place.Words?.Keys ?? [])
        .Distinct(StringComparer.OrdinalIgnoreCase)
        .Select(word => new FilterSuggestion(word, "", FilterSuggestionKind.Value));

    public override ValueReading Read(FilterField field, FilterOperator op, WrittenText written)
    {
        if (op == FilterOperator.HasBits)
        {
            return IsMask(written, out _) || places.Any(place => place.Words?.ContainsKey(written.Raw) == true)
                ? ValueReading.Of(new WrittenValue(written))
                : ValueReading.Wrong(places.Count > 0
                    ? $"& wants a number or a bit name that a template gives to {field.Name}."
                    : "& wants a whole number of at most 64 bits, decimal or 0x hexadecimal.");
        }

        var read = ReadText(op, written);
        return read.Value is TextValue && op != FilterOperator.Contains ? ValueReading.Of(new WrittenValue(written)) : read;
    }

    /// <summary>Expands one condition on a field to one test for each place where an argument of that name can be.</summary>
    public static FilterNode Expand(EventField field, FilterTest test)
    {
        var tests = new List<FilterNode>();
        Add(field, words: null);
        foreach (var place in field.Places)
        {
            Add(new EventField(new PlacedArgumentSubject(place.Facility, place.EventType, place.Index), field.Name, field.Type, field.Meaning), place.Words);
        }

        return tests.Count == 1 ? tests[0] : new FilterAny(tests);

        void Add(EventField at, IReadOnlyDictionary<string, long>? words)
        {
            var value = test.Value is WrittenValue(var written) ? Value(written, test.Operator, words) : test.Value;
            if (value is not null)
            {
                tests.Add(new FilterTest(at, test.Operator, value));
            }
        }
    }

    private static FilterValue? Value(WrittenText written, FilterOperator op, IReadOnlyDictionary<string, long>? words)
    {
        if (words is not null && words.TryGetValue(written.Raw, out var named))
        {
            return new NumberValue(named);
        }

        if (op == FilterOperator.HasBits)
        {
            // Only other places know this bit name, so this place has nothing to test.
            return IsMask(written, out var mask) ? new NumberValue(mask) : null;
        }

        return !written.IsQuoted && NumberText.TryRead(written.Raw, out var number) ? new NumberValue(number) : new TextValue(written.Plain);
    }

    private static bool IsMask(WrittenText written, out decimal mask)
    {
        mask = 0;
        return !written.IsQuoted && NumberText.TryRead(written.Raw, out mask) && mask == decimal.Truncate(mask) && mask is >= 0 and <= ulong.MaxValue;
    }
}

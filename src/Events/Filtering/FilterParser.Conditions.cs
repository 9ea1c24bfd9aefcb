using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Events.Filtering;

/// <summary>What may be asked of a field: depends on how its values are written.</summary>
internal sealed partial class FilterParser
{
    private FilterNode? ParseAttribute(FilterToken field, FilterField known)
    {
        var subject = new AttributeSubject(known.Attribute);
        switch (known.Kind)
        {
            case FilterFieldKind.Text:
                return ParseTextTest(field, subject);
            case FilterFieldKind.Facility or FilterFieldKind.Transport:
                return ParseNameTest(field, known, subject);
            case FilterFieldKind.Format:
                return ParseFormatTest(field);
        }

        if (TakeComparison(field) is not var (op, value))
        {
            return null;
        }

        if (op.Operator is FilterOperator.Contains or FilterOperator.Matches or FilterOperator.NotMatches)
        {
            return Fail(op, $"{known.Name} is no text: compare it with = != < <= > >=.");
        }

        if (op.Operator == FilterOperator.HasBits && known.Kind != FilterFieldKind.Flags)
        {
            return Fail(op, "& asks for bits of flags or of an argument; for both of two conditions write &&.");
        }

        return known.Kind switch
        {
            FilterFieldKind.Severity => FilterWords.TrySeverity(value.Text, out var severity)
                ? Test((int)severity)
                : Fail(value, $"{value.Text} is no severity: {string.Join(' ', FilterWords.Severities)}, or 0 to 7."),
            FilterFieldKind.EventType => ParseEventType(op, value),
            FilterFieldKind.Flags => ParseFlags(op, value),
            FilterFieldKind.User => value.Text switch
            {
                "root" => Test(0),
                "nobody" => Test(65534),
                _ => FilterWords.TryNumber(value.Text, out var id)
                    ? Test(id)
                    : Fail(value, $"{known.Name} is compared with a number, root or nobody: other names differ from host to host."),
            },
            FilterFieldKind.Age => FilterWords.TryAge(value.Text, out var age)
                ? ParseAge(op, age, subject)
                : Fail(value, "A length of time is a number with s, m, h, d or w behind it, as 90s, 30m, 2h, 7d."),
            FilterFieldKind.Time => FilterWords.TryTime(value.Text, out var time)
                ? new FilterTest(subject, op.Operator, new TimeValue(time))
                : Fail(value, "A time is written \"2026-11-27\", \"2026-11-27T10:00\" or with Z or +01:00 behind it; UTC where nothing is said."),
            _ => FilterWords.TryNumber(value.Text, out var number)
                ? Test(number)
                : Fail(value, $"{known.Name} is compared with a number, decimal or 0x hexadecimal, of at most 64 bits."),
        };

        FilterNode Test(decimal number) => new FilterTest(subject, op.Operator, new NumberValue(number));
    }

    private FilterNode? ParseAge(FilterToken op, TimeSpan age, FilterSubject subject) => op.Operator is FilterOperator.Equal or FilterOperator.NotEqual
        ? Fail(op, "An age is compared with < <= > >=.")
        : new FilterTest(subject, op.Operator, new AgeValue(age));

    private FilterNode? ParseTextTest(FilterToken field, FilterSubject subject)
    {
        if (TakeComparison(field) is not var (op, value))
        {
            return null;
        }

        return op.Operator == FilterOperator.HasBits
            ? Fail(op, "& asks for bits of flags or of an argument; for both of two conditions write &&.")
            : TextTest(subject, op.Operator, value);
    }

    private FilterTest? TextTest(FilterSubject subject, FilterOperator op, FilterToken value)
    {
        if (op is FilterOperator.Matches or FilterOperator.NotMatches)
        {
            return Pattern(value) is { } pattern ? new FilterTest(subject, op, new PatternValue(pattern)) : null;
        }

        return PlainText(value) is { } plain ? new FilterTest(subject, op, new TextValue(plain)) : null;
    }

    /// <summary>Names of a small known or open set: facilities, transports.</summary>
    private FilterNode? ParseNameTest(FilterToken field, FilterField known, FilterSubject subject)
    {
        var at = _at;
        if (ParseTextTest(field, subject) is not FilterTest test)
        {
            return null;
        }

        if (test.Value is not TextValue(var written) || test.Operator == FilterOperator.Contains)
        {
            return test;
        }

        var value = tokens[at + 1];
        if (known.Kind == FilterFieldKind.Transport)
        {
            var word = written.ToLowerInvariant();
            return FilterWords.Transports.Contains(word)
                ? test with { Value = new TextValue(word) }
                : Fail(value, $"The ways an event can come are {string.Join(' ', FilterWords.Transports)}.");
        }

        // The standard names in any case, or by their code, as evlog took them.
        foreach (var (word, code) in FilterWords.Facilities)
        {
            if (string.Equals(word, written, StringComparison.OrdinalIgnoreCase)
                || (value.Kind == FilterTokenKind.Word && FilterWords.TryNumber(written, out var number) && number == code))
            {
                return test with { Value = new TextValue(word) };
            }
        }

        return value.Kind == FilterTokenKind.Word && FilterWords.TryNumber(written, out _)
            ? Fail(value, "Facilities are compared by name; of their codes only those of syslog are known (0 kern, 8 user ... 184 local7).")
            : test;
    }

    private FilterNode? ParseFormatTest(FilterToken field)
    {
        // A word alone is the form of the record, a quoted text is the format string: "STRING" could be either.
        if (Current.Kind == FilterTokenKind.Operator && tokens[_at + 1] is { Kind: FilterTokenKind.Word } word
            && Current.Operator is not (FilterOperator.Contains or FilterOperator.Matches or FilterOperator.NotMatches))
        {
            var op = Current;
            _at += 2;
            if (op.Operator == FilterOperator.HasBits)
            {
                return Fail(op, "& asks for bits of flags or of an argument; for both of two conditions write &&.");
            }

            return FilterWords.TryFormat(word.Text, out var format) || (FilterWords.TryNumber(word.Text, out var number) && TryForm(number, out format))
                ? new FilterTest(new AttributeSubject(EventAttribute.RecordFormat), op.Operator, new NumberValue((int)format))
                : Fail(word, "format is compared with PRINTF, STRING, BINARY or NODATA, or with a format string in quotes.");
        }

        return ParseTextTest(field, new AttributeSubject(EventAttribute.Format));
    }

    private static bool TryForm(decimal number, out EvlogFormat format)
    {
        format = number is 0 or 1 or 2 or 3 ? (EvlogFormat)(byte)number : default;
        return number is 0 or 1 or 2 or 3;
    }

    private FilterNode? ParseEventType(FilterToken op, FilterToken value)
    {
        var subject = new AttributeSubject(EventAttribute.EventType);
        if (value.Kind == FilterTokenKind.Quoted)
        {
            if (op.Operator is not (FilterOperator.Equal or FilterOperator.NotEqual))
            {
                return Fail(op, "An event type given as its format string is compared with = or !=.");
            }

            return PlainText(value) is { } format
                ? new FilterTest(subject, op.Operator, new NumberValue((uint)EvlogCrc.EventTypeOf(format)))
                : null;
        }

        // Signed in the record, unsigned on the pages: both ways to write one are taken.
        return FilterWords.TryNumber(value.Text, out var number) && number == decimal.Truncate(number) && number is >= int.MinValue and <= uint.MaxValue
            ? new FilterTest(subject, op.Operator, new NumberValue(number < 0 ? number + 0x1_0000_0000 : number))
            : Fail(value, "An event type is a number of 32 bits, decimal or 0x hexadecimal, or a format string in quotes.");
    }

    private FilterNode? ParseFlags(FilterToken op, FilterToken value)
    {
        if (FilterWords.TryFlag(value.Text, out var flag) || (FilterWords.TryNumber(value.Text, out var bits) && TryBits(bits, out flag)))
        {
            return new FilterTest(new AttributeSubject(EventAttribute.Flags), op.Operator, new NumberValue((uint)flag));
        }

        return Fail(value, $"{value.Text} is no flag: {string.Join(' ', FilterWords.Flags.Select(known => known.Word))}, or a number of 32 bits.");
    }

    private static bool TryBits(decimal number, out EvlogFlags flags)
    {
        var fits = number is >= 0 and <= uint.MaxValue && number == decimal.Truncate(number);
        flags = fits ? (EvlogFlags)(uint)number : default;
        return fits;
    }

    private FilterNode? ParseArgument(FilterToken field, List<FilterSubject> subjects, IReadOnlyList<ArgumentPlace> places)
    {
        if (TakeComparison(field) is not var (op, value))
        {
            return null;
        }

        var tests = new List<FilterNode>();
        foreach (var subject in subjects)
        {
            // Words that only templates know leave nothing to ask of an event without one: no mistake while a place knows them.
            if (ArgumentTest(subject, op, value, words: null, isLenient: places.Count > 0) is { } test)
            {
                tests.Add(test);
            }
            else if (Error is not null)
            {
                return null;
            }
        }

        foreach (var place in places)
        {
            var subject = new PlacedArgumentSubject(place.Facility, place.EventType, place.Index);
            if (ArgumentTest(subject, op, value, place.Words, isLenient: true) is { } test)
            {
                tests.Add(test);
            }
        }

        if (Error is not null)
        {
            return null;
        }

        return tests.Count switch
        {
            0 => Fail(value, $"& wants a number or a bit name that a template gives to {field.Text}."),
            1 => tests[0],
            _ => new FilterAny(tests),
        };
    }

    private FilterTest? ArgumentTest(
        FilterSubject subject, FilterToken op, FilterToken value, IReadOnlyDictionary<string, long>? words, bool isLenient)
    {
        if (op.Operator is FilterOperator.Contains or FilterOperator.Matches or FilterOperator.NotMatches)
        {
            return TextTest(subject, op.Operator, value);
        }

        if (words is not null && words.TryGetValue(value.Text, out var named))
        {
            return new FilterTest(subject, op.Operator, new NumberValue(named));
        }

        if (value.Kind == FilterTokenKind.Word && FilterWords.TryNumber(value.Text, out var number)
            && (op.Operator != FilterOperator.HasBits || (number == decimal.Truncate(number) && number is >= 0 and <= ulong.MaxValue)))
        {
            return new FilterTest(subject, op.Operator, new NumberValue(number));
        }

        if (op.Operator == FilterOperator.HasBits)
        {
            if (!isLenient)
            {
                Fail(value, "& wants a whole number of at most 64 bits, decimal or 0x hexadecimal.");
            }

            return null;
        }

        return TextTest(subject, op.Operator, value);
    }
}

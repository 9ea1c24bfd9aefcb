using Mayday.Query.Fields;

namespace Mayday.Query;

/// <summary>Evaluates one test of a filter on an item.</summary>
/// <param name="now">The time that ages are relative to.</param>
public delegate bool TestPasses<in T>(FilterTest test, T item, DateTimeOffset now);

/// <summary>Evaluates a filter on one item in memory. A test on a missing value is false, and <c>!</c> of it is true.</summary>
public static class FilterEvaluation
{
    public static bool Matches<T>(FilterNode node, T item, DateTimeOffset now, FieldReaders<T> readers) =>
        Matches(node, item, now, readers.Passes);

    /// <summary>For subjects that evaluate their tests themselves, like events, where one field may have several places.</summary>
    public static bool Matches<T>(FilterNode node, T item, DateTimeOffset now, TestPasses<T> passes)
    {
        switch (node)
        {
            case FilterAll(var parts):
                foreach (var part in parts)
                {
                    if (!Matches(part, item, now, passes))
                    {
                        return false;
                    }
                }

                return true;
            case FilterAny(var parts):
                foreach (var part in parts)
                {
                    if (Matches(part, item, now, passes))
                    {
                        return true;
                    }
                }

                return false;
            case FilterNot(var part):
                return !Matches(part, item, now, passes);
            case FilterTest test:
                return passes(test, item, now);
            default:
                return false;
        }
    }

    public static bool Passes(FilterTest test, FieldValue value, DateTimeOffset now)
    {
        var content = value.Content;
        if (content is null)
        {
            return false;
        }

        if (content is string text)
        {
            return Passes(test, text);
        }

        if (content == FieldValue.IsNumber)
        {
            return Passes(test, value.Number);
        }

        if (content == FieldValue.IsTime)
        {
            return Passes(test, value.Time, now);
        }

        return content switch
        {
            // "module != ext4" asks for what has no ext4, not for what has something else as well.
            IReadOnlyList<string> texts when test.Operator is FilterOperator.NotEqual or FilterOperator.NotMatches =>
                texts.Count > 0 && texts.All(one => Passes(test, one)),
            IReadOnlyList<string> texts => texts.Any(one => Passes(test, one)),
            Guid id => test.Value is IdValue(var wanted) && test.Operator switch
            {
                FilterOperator.Equal => id == wanted,
                FilterOperator.NotEqual => id != wanted,
                _ => false,
            },
            _ => test.Value is TruthValue(var truth) && (test.Operator == FilterOperator.Equal) == ((content == FieldValue.IsTrue) == truth),
        };
    }

    private static bool Passes(FilterTest test, decimal number) => test.Value is NumberValue(var value)
        && (test.Operator == FilterOperator.HasBits ? HasBits(number, value) : Compared(test.Operator, number.CompareTo(value)));

    // Field types reject masks beyond 64 bits, and no field holds more bits.
    private static bool HasBits(decimal number, decimal mask) =>
        number is >= long.MinValue and <= ulong.MaxValue && ((number < 0 ? (ulong)(long)number : (ulong)number) & (ulong)mask) != 0;

    private static bool Passes(FilterTest test, DateTimeOffset time, DateTimeOffset now) => test switch
    {
        // An older item has a smaller time, so the comparison is reversed: age < 2h means after now - 2h.
        { Field.Type: AgeType, Value: AgeValue(var age) } => Compared(test.Operator, (now - time).CompareTo(age)),
        { Value: TimeValue or AgeValue } => Compared(test.Operator, time.CompareTo(TimeText.Resolve(test.Value, now))),
        _ => false,
    };

    private static bool Passes(FilterTest test, string text)
    {
        text = StorableText.Of(text);
        return (test.Operator, test.Value) switch
        {
            (FilterOperator.Contains, TextValue(var wanted)) => text.Contains(wanted, StringComparison.Ordinal),
            (FilterOperator.Finds, TextValue(var wanted)) => text.Contains(wanted, StringComparison.OrdinalIgnoreCase),
            (FilterOperator.Finds, GlobValue(var glob, _)) => glob.IsIn(text, StringComparison.OrdinalIgnoreCase),
            (FilterOperator.Equal, GlobValue(var glob, var ignoresCase)) => glob.IsMatch(text, Comparison(ignoresCase)),
            (FilterOperator.NotEqual, GlobValue(var glob, var ignoresCase)) => !glob.IsMatch(text, Comparison(ignoresCase)),
            (FilterOperator.Matches, PatternValue(var pattern)) => pattern.IsMatch(text),
            (FilterOperator.NotMatches, PatternValue(var pattern)) => !pattern.IsMatch(text),
            (var op, TextValue(var wanted)) => Compared(op, StorableText.Compare(text, wanted)),
            _ => false,
        };
    }

    private static StringComparison Comparison(bool ignoresCase) => ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    private static bool Compared(FilterOperator op, int order) => op switch
    {
        FilterOperator.Equal => order == 0,
        FilterOperator.NotEqual => order != 0,
        FilterOperator.Less => order < 0,
        FilterOperator.LessOrEqual => order <= 0,
        FilterOperator.Greater => order > 0,
        FilterOperator.GreaterOrEqual => order >= 0,
        _ => false,
    };
}

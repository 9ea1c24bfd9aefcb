using Mayday.Events.Reading;
using Mayday.Protocol.Evlog;

namespace Mayday.Events.Filtering;

/// <summary>A filter against one event in memory. What an event does not have passes no test; <c>!</c> turns that round.</summary>
internal static class FilterEvaluation
{
    public static bool Matches(FilterNode node, ReceivedFacts facts, DateTimeOffset now)
    {
        switch (node)
        {
            case FilterAll(var parts):
                foreach (var part in parts)
                {
                    if (!Matches(part, facts, now))
                    {
                        return false;
                    }
                }

                return true;
            case FilterAny(var parts):
                foreach (var part in parts)
                {
                    if (Matches(part, facts, now))
                    {
                        return true;
                    }
                }

                return false;
            case FilterNot(var part):
                return !Matches(part, facts, now);
            default:
                return Passes((FilterTest)node, facts, now);
        }
    }

    private static bool Passes(FilterTest test, ReceivedFacts facts, DateTimeOffset now)
    {
        var arguments = facts.Event.Arguments;
        switch (test.Subject)
        {
            case AttributeSubject(var attribute):
                return Passes(test, attribute, facts, now);
            case ArgumentSubject(var index):
                return index < arguments.Count && Passes(test, arguments[index]);
            case PlacedArgumentSubject(var facility, var type, var index):
                return facts.Event.EventType == type && (facility is null || facility == facts.Event.Facility)
                    && index < arguments.Count && Passes(test, arguments[index]);
            case NamedArgumentSubject(var name):
                foreach (var argument in arguments)
                {
                    if (argument.Name == name && Passes(test, argument))
                    {
                        return true;
                    }
                }

                return false;
            case EntrySubject(var key):
                // Stored as one JSON object: of equal keys the first stays.
                foreach (var (known, value) in facts.Event.Fields)
                {
                    if (known == key)
                    {
                        return Passes(test, value);
                    }
                }

                return false;
            default:
                return false;
        }
    }

    private static bool Passes(FilterTest test, EventAttribute attribute, ReceivedFacts facts, DateTimeOffset now)
    {
        var record = facts.Event;
        return attribute switch
        {
            EventAttribute.Host => Passes(test, facts.Host),
            EventAttribute.Source => Passes(test, facts.Source),
            EventAttribute.Transport => Passes(test, facts.Transport),
            EventAttribute.Facility => Passes(test, record.Facility),
            EventAttribute.EventType => Passes(test, (uint)record.EventType),
            EventAttribute.Severity => Passes(test, (byte)record.Severity),
            EventAttribute.Format => Passes(test, record.FormatString),
            EventAttribute.RecordFormat => Passes(test, (byte)record.Format),
            EventAttribute.Flags => Passes(test, (uint)record.Flags),
            EventAttribute.Truncated => test.Value is TruthValue(var wanted) && record.IsTruncated == wanted,
            EventAttribute.Text => Passes(test, record.Text),
            EventAttribute.StringText => record.Format == EvlogFormat.String && Passes(test, record.Text),
            EventAttribute.Processor => Passes(test, record.Processor),
            EventAttribute.Uid => Passes(test, record.Uid),
            EventAttribute.Gid => Passes(test, record.Gid),
            EventAttribute.Pid => Passes(test, record.Pid),
            EventAttribute.Pgrp => Passes(test, record.Pgrp),
            EventAttribute.Count => Passes(test, record.Count),
            EventAttribute.ReceivedAt => Passes(test, facts.ReceivedAt),
            EventAttribute.OccurredAt => record.OccurredAt is { } at && Passes(test, at),
            // The older, the smaller the time: age < 2h is received after now - 2h.
            EventAttribute.Age => test.Value is AgeValue(var age) && Compared(test.Operator, (now - facts.ReceivedAt).CompareTo(age)),
            _ => false,
        };
    }

    private static bool Passes(FilterTest test, EventArgument argument) =>
        argument.Kind == EventArgumentKind.String ? Passes(test, argument.Text) : Passes(test, argument.Value);

    private static bool Passes(FilterTest test, decimal? number) => number is { } set && test.Value is NumberValue(var value)
        && (test.Operator == FilterOperator.HasBits ? HasBits(set, value) : Compared(test.Operator, set.CompareTo(value)));

    // Both fit 64 bits: the parser refuses greater masks, the wire has no greater values.
    private static bool HasBits(decimal number, decimal mask) => ((number < 0 ? (ulong)(long)number : (ulong)number) & (ulong)mask) != 0;

    private static bool Passes(FilterTest test, DateTimeOffset time) => test.Value is TimeValue(var value) && Compared(test.Operator, time.CompareTo(value));

    private static bool Passes(FilterTest test, string? text)
    {
        if (text is null)
        {
            return false;
        }

        text = StorableText.Of(text);
        return (test.Operator, test.Value) switch
        {
            (FilterOperator.Contains, TextValue(var wanted)) => text.Contains(wanted, StringComparison.Ordinal),
            (FilterOperator.Matches, PatternValue(var pattern)) => pattern.IsMatch(text),
            (FilterOperator.NotMatches, PatternValue(var pattern)) => !pattern.IsMatch(text),
            (var op, TextValue(var wanted)) => Compared(op, StorableText.Compare(text, wanted)),
            _ => false,
        };
    }

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

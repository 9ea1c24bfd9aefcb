using Mayday.Events.Reading;
using Mayday.Protocol.Evlog;
using Mayday.Query;

namespace Mayday.Events.Filtering;

/// <summary>Evaluates one test of a filter on one event in memory.</summary>
internal static class EventTests
{
    /// <summary>Created once: a delegate per event would be most of the garbage.</summary>
    public static readonly TestPasses<ReceivedFacts> Passes = PassesOne;

    private static bool PassesOne(FilterTest test, ReceivedFacts facts, DateTimeOffset now)
    {
        var arguments = facts.Event.Arguments;
        switch (((EventField)test.Field).Subject)
        {
            case AttributeSubject(var attribute):
                return FilterEvaluation.Passes(test, Value(attribute, facts), now);
            case ArgumentSubject(var index):
                return index < arguments.Count && FilterEvaluation.Passes(test, Value(arguments[index]), now);
            case PlacedArgumentSubject(var facility, var type, var index):
                return facts.Event.EventType == type && (facility is null || facility == facts.Event.Facility)
                    && index < arguments.Count && FilterEvaluation.Passes(test, Value(arguments[index]), now);
            case NamedArgumentSubject(var name):
                foreach (var argument in arguments)
                {
                    if (argument.Name == name && FilterEvaluation.Passes(test, Value(argument), now))
                    {
                        return true;
                    }
                }

                return false;
            case EntrySubject(var key):
                // The pairs are stored as one JSON object. Of equal keys the first one is kept.
                foreach (var (known, value) in facts.Event.Fields)
                {
                    if (known == key)
                    {
                        return FilterEvaluation.Passes(test, FieldValue.Of(value), now);
                    }
                }

                return false;
            default:
                return false;
        }
    }

    private static FieldValue Value(EventArgument argument) =>
        argument.Kind == EventArgumentKind.String ? FieldValue.Of(argument.Text) : FieldValue.Of(argument.Value);

    private static FieldValue Value(EventAttribute attribute, ReceivedFacts facts)
    {
        var record = facts.Event;
        return attribute switch
        {
            EventAttribute.Host => FieldValue.Of(facts.Host),
            EventAttribute.Source => FieldValue.Of(facts.Source),
            EventAttribute.Transport => FieldValue.Of(facts.Transport),
            EventAttribute.Facility => FieldValue.Of(record.Facility),
            EventAttribute.EventType => FieldValue.Of((uint)record.EventType),
            EventAttribute.Severity => FieldValue.Of((byte)record.Severity),
            EventAttribute.Format => FieldValue.Of(record.FormatString),
            EventAttribute.RecordFormat => FieldValue.Of((byte)record.Format),
            EventAttribute.Flags => FieldValue.Of((uint)record.Flags),
            EventAttribute.Truncated => FieldValue.Of(record.IsTruncated),
            EventAttribute.Text => FieldValue.Of(record.Text),
            EventAttribute.StringText => record.Format == EvlogFormat.String ? FieldValue.Of(record.Text) : FieldValue.None,
            EventAttribute.Processor => FieldValue.Of(record.Processor),
            EventAttribute.Uid => FieldValue.Of(record.Uid),
            EventAttribute.Gid => FieldValue.Of(record.Gid),
            EventAttribute.Pid => FieldValue.Of(record.Pid),
            EventAttribute.Pgrp => FieldValue.Of(record.Pgrp),
            EventAttribute.Count => FieldValue.Of(record.Count),
            EventAttribute.ReceivedAt or EventAttribute.Age => FieldValue.Of(facts.ReceivedAt),
            EventAttribute.OccurredAt => FieldValue.Of(record.OccurredAt),
            _ => FieldValue.None,
        };
    }
}

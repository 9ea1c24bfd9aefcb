using System.Globalization;
using System.Net;
using Mayday.Events.Filtering;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Query.Fields;

namespace Mayday.Events.Screening;

/// <summary>The facts about an incoming event that filters and counters use.</summary>
internal static class EventFacts
{
    public static ReceivedFacts Of(ReceivedEvent received) => new(
        received.Event, HostName(received.Host), received.ReceivedAt, received.Transport.ToWord(), AddressText(received.Host.Address));

    /// <summary>The name of a host before it is resolved: the best one in the event itself.</summary>
    public static string HostName(HostClaim claim) => claim.Name ?? AddressText(claim.Address) ?? claim.MachineId ?? "unknown";

    private static string? AddressText(IPAddress? address) => address is null ? null : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    /// <summary>True for names that alerts can count by: every field of the query language except times, which are all different.</summary>
    public static bool IsName(string word, ArgumentCatalog names) => EventCatalogue.Known(word) is { } field
        ? field.Type is not (TimeType or AgeType)
        : (word.StartsWith("field.", StringComparison.OrdinalIgnoreCase) && word.Length > "field.".Length)
            || Position(word) >= 0 || names.Find(Bare(word)).Count > 0;

    /// <summary>The value of a field as text; null if the event has none.</summary>
    public static string? Value(ReceivedFacts facts, string name)
    {
        var record = facts.Event;
        var subject = EventCatalogue.Known(name)?.Subject;
        if (subject is AttributeSubject(var attribute))
        {
            return attribute switch
            {
                EventAttribute.Host => facts.Host,
                EventAttribute.Source => facts.Source,
                EventAttribute.Transport => facts.Transport,
                EventAttribute.Facility => record.Facility,
                EventAttribute.EventType => string.Create(CultureInfo.InvariantCulture, $"0x{record.EventType:x8}"),
                EventAttribute.Severity => FilterWords.OfSeverity(record.Severity),
                EventAttribute.Format => record.FormatString ?? record.Format.ToString().ToUpperInvariant(),
                EventAttribute.Text => record.Text,
                EventAttribute.StringText => record.Format == EvlogFormat.String ? record.Text : null,
                EventAttribute.Flags => FilterWords.OfFlags(record.Flags),
                EventAttribute.Truncated => record.IsTruncated ? "true" : "false",
                EventAttribute.Count => Text<int>(record.Count),
                EventAttribute.Processor => Text(record.Processor),
                EventAttribute.Uid => Text(record.Uid),
                EventAttribute.Gid => Text(record.Gid),
                EventAttribute.Pid => Text(record.Pid),
                EventAttribute.Pgrp => Text(record.Pgrp),
                _ => null,
            };
        }

        if (Position(name) is >= 0 and var index)
        {
            return index < record.Arguments.Count ? Text(record.Arguments[index]) : null;
        }

        foreach (var argument in record.Arguments)
        {
            if (string.Equals(argument.Name, Bare(name), StringComparison.OrdinalIgnoreCase))
            {
                return Text(argument);
            }
        }

        var key = name.StartsWith("field.", StringComparison.OrdinalIgnoreCase) ? name["field.".Length..] : (subject as EntrySubject)?.Key;
        foreach (var (known, value) in record.Fields)
        {
            if (known == key)
            {
                return value;
            }
        }

        return null;
    }

    private static string Bare(string word) => word.StartsWith("arg.", StringComparison.OrdinalIgnoreCase) ? word["arg.".Length..] : word;

    private static int Position(string word) => word.StartsWith("arg", StringComparison.OrdinalIgnoreCase)
        && int.TryParse(word.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position is >= 1 and <= EventFilter.MaxPosition
            ? position - 1
            : -1;

    private static string? Text<T>(T? number)
        where T : struct, IFormattable => number?.ToString(null, CultureInfo.InvariantCulture);

    private static string Text(EventArgument argument) => argument.Text ?? argument.Value.ToString(CultureInfo.InvariantCulture);
}

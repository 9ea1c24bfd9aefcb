using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Store.Events;
using Mayday.Store.Postgres;

namespace Mayday.Web.Api.Events;

/// <summary>One page of events.</summary>
/// <param name="SearchedTo">Of a filter that no index serves: how far back the events were looked through; <paramref name="Next"/> goes on from there.</param>
internal sealed record EventPageDocument(IReadOnlyList<EventDocument> Items, string? Next, DateTimeOffset? SearchedTo);

/// <summary>An event as the API shows it.</summary>
internal record EventDocument
{
    public EventDocument(EventItem item)
    {
        Id = item.Id;
        Host = item.Host;
        HostId = item.HostId;
        ReceivedAt = item.ReceivedAt;
        OccurredAt = item.OccurredAt;
        Transport = item.Transport;
        SourceAddress = item.SourceAddress;
        Facility = item.Facility;
        Severity = SeverityWords.Of(item.Severity);
        EventType = item.EventType;
        RecordFormat = EnumWords.Of(item.DataFormat);
        FormatId = item.FormatId;
        Format = item.Format;
        Args = [.. item.Arguments.Select(ValueOf)];
        Text = item.Text;
        Data = item.DataFormat == EvlogFormat.Binary ? item.Payload : null;
        Cpu = item.Processor;
        Pid = item.Pid;
        Uid = item.Uid;
        Gid = item.Gid;
        Pgrp = item.Pgrp;
        Flags = NamesOf(item.Flags);
        Truncated = item.Truncated;
        Count = item.Count;
        Fields = item.Fields.DistinctBy(field => field.Key).ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal);
        Notes = item.Notes;
    }

    public Guid Id { get; }

    public string Host { get; }

    public Guid HostId { get; }

    public DateTimeOffset ReceivedAt { get; }

    public DateTimeOffset? OccurredAt { get; }

    public string Transport { get; }

    public string? SourceAddress { get; }

    public string Facility { get; }

    public string Severity { get; }

    public uint EventType { get; }

    public string RecordFormat { get; }

    public long FormatId { get; }

    public string? Format { get; }

    /// <summary>Texts and whole numbers, in the order of the format string.</summary>
    public IReadOnlyList<object> Args { get; }

    public string Text { get; }

    public byte[]? Data { get; }

    public int? Cpu { get; }

    public int? Pid { get; }

    public uint? Uid { get; }

    public uint? Gid { get; }

    public int? Pgrp { get; }

    public IReadOnlyList<string> Flags { get; }

    public bool Truncated { get; }

    public int Count { get; }

    public IReadOnlyDictionary<string, string> Fields { get; }

    public IReadOnlyList<string> Notes { get; }

    private static object ValueOf(EventArgument argument) => argument switch
    {
        { Text: { } text } => text,
        { Kind: EventArgumentKind.Unsigned or EventArgumentKind.Pointer } => unchecked((ulong)argument.Number),
        { Kind: EventArgumentKind.Real } => argument.Value,
        _ => argument.Number,
    };

    /// <summary>The flags by name; bits without a name as a number.</summary>
    internal static IReadOnlyList<string> NamesOf(EvlogFlags flags)
    {
        var names = new List<string>();
        foreach (var flag in Enum.GetValues<EvlogFlags>())
        {
            if (flag != EvlogFlags.None && flags.HasFlag(flag))
            {
                names.Add(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(flag.ToString()));
                flags &= ~flag;
            }
        }

        if (flags != EvlogFlags.None)
        {
            names.Add($"0x{(uint)flags:x}");
        }

        return names;
    }
}

/// <summary>One event with what arrived.</summary>
internal sealed record EventDetailDocument(EventDetail Detail) : EventDocument(Detail.Event)
{
    private EventDetail Detail { get; } = Detail;

    public string Collector => Detail.Collector;

    public int? SourcePort => Detail.SourcePort;

    /// <summary>The record as it came, frame included; null where it came as JSON.</summary>
    public byte[]? Raw => Detail.Raw.Length == 0 ? null : Detail.Raw;

    /// <summary>What each argument is: its conversion as written, and its name where a template gives one.</summary>
    public IReadOnlyList<EventArgumentDocument> Arguments { get; } =
    [
        .. Detail.Event.Arguments.Select((argument, i) => new EventArgumentDocument(i + 1, argument.Name, EnumWords.Of(argument.Kind), argument.Conversion)),
    ];
}

internal sealed record EventArgumentDocument(int Position, string? Name, string Kind, string Conversion);

/// <summary>All events of one facility, event type and format string, as one row.</summary>
internal record EventFormatDocument
{
    public EventFormatDocument(EventFormatItem item)
    {
        Id = item.Id;
        Facility = item.Facility;
        EventType = item.EventType;
        Format = item.Format;
        Severity = SeverityWords.Of(item.Severity);
        Sample = item.Sample;
        EventCount = item.EventCount;
        HostCount = item.HostCount;
        FirstSeen = item.FirstSeen;
        LastSeen = item.LastSeen;
        Trend = item.Trend;
        Hours = item.Hours;
        Args = [.. item.Arguments.Select(argument => new EventSpreadDocument(argument))];
    }

    public long Id { get; }

    public string Facility { get; }

    public uint EventType { get; }

    public string? Format { get; }

    public string Severity { get; }

    public string Sample { get; }

    public long EventCount { get; }

    public long HostCount { get; }

    public DateTimeOffset FirstSeen { get; }

    public DateTimeOffset LastSeen { get; }

    public IReadOnlyList<long> Trend { get; }

    public IReadOnlyList<long> Hours { get; }

    public IReadOnlyList<EventSpreadDocument> Args { get; }
}

/// <summary>How the values of one argument are spread.</summary>
internal sealed record EventSpreadDocument
{
    public EventSpreadDocument(EventFormatArgument argument)
    {
        Position = argument.Position;
        Name = argument.Name;
        Kind = EnumWords.Of(argument.Kind);
        Conversion = argument.Conversion;
        Observed = argument.Observed;
        Exact = argument.IsExact;
        Minimum = argument.Minimum;
        Maximum = argument.Maximum;
        Values =
        [
            .. argument.Values.Select(value => new EventValueDocument(
                value.Text ?? (object)value.Number!, value.Count, argument.Observed == 0 ? 0 : Math.Round((double)value.Count / argument.Observed, 4), value.IsCut)),
        ];
    }

    public int Position { get; }

    public string? Name { get; }

    public string Kind { get; }

    public string Conversion { get; }

    public long Observed { get; }

    public bool Exact { get; }

    public decimal? Minimum { get; }

    public decimal? Maximum { get; }

    public IReadOnlyList<EventValueDocument> Values { get; }
}

internal sealed record EventValueDocument(object Value, long Count, double Share, bool Cut);

internal sealed record EventFormatDetailDocument(EventFormatItem Item, IReadOnlyList<EventFormatHost> Hosts) : EventFormatDocument(Item)
{
    private EventFormatItem Item { get; } = Item;

    public IReadOnlyList<EventFormatHost> Hosts { get; } = Hosts;
}

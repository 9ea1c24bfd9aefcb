using System.Text.Json;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Events;

/// <summary>
/// A row of an event list, read from the columns of <see cref="EventQueries"/>. The catalogue has not yet added names to its arguments.
/// </summary>
internal sealed class EventListRow
{
    private readonly string? _args;
    private readonly EventItem _item;

    public EventListRow(NpgsqlDataReader row)
    {
        FormatId = row.ValueOrNull<long>(11) ?? 0;
        _args = row.TextOrNull(13);
        _item = new EventItem
        {
            Id = row.GetGuid(0),
            Host = row.GetString(1),
            HostId = row.GetGuid(2),
            ReceivedAt = row.GetFieldValue<DateTimeOffset>(3),
            OccurredAt = row.ValueOrNull<DateTimeOffset>(4),
            Transport = row.GetString(5),
            SourceAddress = row.TextOrNull(6),
            Facility = row.GetString(7),
            Severity = (Severity)row.GetInt16(8),
            EventType = unchecked((uint)row.GetInt32(9)),
            DataFormat = (EvlogFormat)row.GetInt16(10),
            FormatId = FormatId,
            Format = row.TextOrNull(12),
            Text = row.GetString(14),
            Payload = row.IsDBNull(15) ? [] : row.GetFieldValue<byte[]>(15),
            Flags = (EvlogFlags)unchecked((uint)row.GetInt32(16)),
            Processor = row.ValueOrNull<int>(17),
            Uid = (uint?)row.ValueOrNull<long>(18),
            Gid = (uint?)row.ValueOrNull<long>(19),
            Pid = row.ValueOrNull<int>(20),
            Pgrp = row.ValueOrNull<int>(21),
            Truncated = row.GetBoolean(22),
            Count = row.GetInt32(23),
            Fields = FieldsOf(row.TextOrNull(24)),
            Notes = row.IsDBNull(25) ? [] : row.GetFieldValue<string[]>(25),
        };
    }

    public long FormatId { get; }

    public bool HasArguments => _args is not null;

    /// <summary>Returns the event, with its arguments described by the catalogue.</summary>
    public EventItem With(IReadOnlyDictionary<(long Format, int Position), EventArgument> shapes)
    {
        if (_args is null)
        {
            return _item;
        }

        using var json = JsonDocument.Parse(_args);
        return _item with { Arguments = [.. json.RootElement.EnumerateArray().Select((value, i) => ArgumentOf(value, shapes.GetValueOrDefault((FormatId, i))))] };
    }

    // Numbers have 64 bits, and the catalogue says whether they are signed. If a value does not fit (two senders use one format
    // differently), the type of the value itself decides.
    private static EventArgument ArgumentOf(JsonElement value, EventArgument? shape)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            var text = EventArgument.OfText(value.GetString()!);
            return shape is { Kind: EventArgumentKind.String } ? shape with { Text = text.Text } : text with { Name = shape?.Name };
        }

        var isSigned = value.TryGetInt64(out var number);
        if (shape is { Kind: EventArgumentKind.Real } || (!isSigned && !value.TryGetUInt64(out _)))
        {
            return EventArgument.OfReal(value.GetDouble(), shape?.Conversion ?? "f64") with { Name = shape?.Name };
        }

        number = isSigned ? number : unchecked((long)value.GetUInt64());
        return shape is null or { Kind: EventArgumentKind.String }
            ? new EventArgument(isSigned ? EventArgumentKind.Signed : EventArgumentKind.Unsigned, number, null, isSigned ? "%d" : "%u", shape?.Name)
            : shape with { Number = number };
    }

    private static IReadOnlyList<KeyValuePair<string, string>> FieldsOf(string? document)
    {
        if (document is null)
        {
            return [];
        }

        using var json = JsonDocument.Parse(document);
        return [.. json.RootElement.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, field.Value.GetString() ?? ""))];
    }
}

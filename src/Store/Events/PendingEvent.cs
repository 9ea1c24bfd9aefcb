using System.Text.Json;
using Mayday.Events.Reading;
using Mayday.Events.Screening;
using Mayday.Protocol;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;

namespace Mayday.Store.Events;

/// <summary>An event while it is written: cleaned, bounded texts, and the decisions about it.</summary>
internal sealed class PendingEvent
{
    // The variable part of an evlog record has at most 8 KiB. Other transports allow a little more than one printk record.
    private const int MaxFormat = 8 * 1024;
    private const int MaxText = 16 * 1024;
    private const int MaxPayload = 64 * 1024;
    private const int MaxRaw = 64 * 1024;

    // A format string of 8 KiB could name 4,096 arguments. No printk of a kernel has more than 64.
    private const int MaxArguments = 256;
    private const int MaxArgumentText = 8 * 1024;
    private const int MaxFacility = 64;
    private const int MaxFields = 64;
    private const int MaxFieldName = 64;
    private const int MaxFieldValue = 1024;
    private const int MaxNotes = 32;
    private const int MaxNote = 512;

    public PendingEvent(ReceivedEvent received, int index)
    {
        Received = received;
        Index = index;
        ReceivedAt = received.ReceivedAt.ToUniversalTime();
        var record = received.Event;
        Severity = (short)((byte)record.Severity <= (byte)Protocol.Severity.Debug ? record.Severity : Protocol.Severity.Warning);
        Facility = StoredText.CleanOrNull(record.Facility, MaxFacility) ?? UnknownFacility;
        FormatString = StoredText.CleanOrNull(record.FormatString, MaxFormat);
        FormatKey = new EventFormatKey(Facility, record.EventType, FormatString);
        Text = StoredText.Clean(record.Text, MaxText);
        Arguments = record.Arguments.Count <= MaxArguments ? record.Arguments : [.. record.Arguments.Take(MaxArguments)];
        Args = Arguments.Count == 0 ? null : WriteArguments(Arguments);
        Fields = record.Fields.Count == 0 ? null : WriteFields(record.Fields);
        Payload = record.Payload.Length <= MaxPayload ? record.Payload : record.Payload[..MaxPayload];
        Raw = received.Raw.Length <= MaxRaw ? received.Raw : received.Raw[..MaxRaw];
        Notes = record.Notes.Count == 0 ? null : [.. record.Notes.Take(MaxNotes).Select(note => StoredText.Clean(note, MaxNote))];
        IsTruncated = record.IsTruncated
            || record.Text.Length > MaxText
            || record.FormatString?.Length > MaxFormat
            || record.Arguments.Count > MaxArguments
            || record.Payload.Length > MaxPayload;
        Count = Math.Max(1, record.Count);
    }

    /// <summary>Replaces the facility of an event that came without one.</summary>
    public const string UnknownFacility = "unknown";

    public ReceivedEvent Received { get; }

    /// <summary>Position in the batch.</summary>
    public int Index { get; }

    public DateTimeOffset ReceivedAt { get; }

    public short Severity { get; }

    public string Facility { get; }

    public int EventType => Received.Event.EventType;

    public string? FormatString { get; }

    public string Text { get; }

    public IReadOnlyList<EventArgument> Arguments { get; }

    public byte[]? Args { get; }

    public byte[]? Fields { get; }

    public string[]? Notes { get; }

    public ReadOnlyMemory<byte> Payload { get; }

    public ReadOnlyMemory<byte> Raw { get; }

    public bool IsTruncated { get; }

    public int Count { get; }

    public EventFormatKey FormatKey { get; }

    public HostEvidence Sender { get; set; } = null!;

    public long FormatId { get; set; }

    /// <summary>True if the catalogue was full. The format is then only in the event's text and record.</summary>
    public bool IsUncatalogued { get; set; }

    private static byte[] WriteArguments(IReadOnlyList<EventArgument> arguments) => StoredJson.Write(arguments, static (json, arguments) =>
    {
        json.WriteStartArray();
        foreach (var argument in arguments)
        {
            switch (argument)
            {
                case { Text: { } text }:
                    json.WriteStringValue(StoredText.Clean(text, MaxArgumentText));
                    break;
                case { Kind: EventArgumentKind.Unsigned or EventArgumentKind.Pointer }:
                    json.WriteNumberValue((ulong)argument.Number);
                    break;
                case { Kind: EventArgumentKind.Real }:
                    json.WriteNumberValue(argument.Value);
                    break;
                default:
                    json.WriteNumberValue(argument.Number);
                    break;
            }
        }

        json.WriteEndArray();
    });

    private static byte[] WriteFields(IReadOnlyList<KeyValuePair<string, string>> fields) => StoredJson.Write(fields, static (json, fields) =>
    {
        json.WriteStartObject();
        foreach (var (name, value) in fields.Take(MaxFields).DistinctBy(field => StoredText.Clean(field.Key, MaxFieldName)))
        {
            json.WriteString(StoredText.Clean(name, MaxFieldName), StoredText.Clean(value, MaxFieldValue));
        }

        json.WriteEndObject();
    });
}

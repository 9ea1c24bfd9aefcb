using System.Text.Json;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using MediaTypeHeaderValue = System.Net.Http.Headers.MediaTypeHeaderValue;

namespace Mayday.Web.Api.Events;

/// <summary>Why a whole batch was not taken. Each is counted (docs/api.md names the answer of each).</summary>
internal enum EventBatchRefusal
{
    None,
    CrossSite,
    InvalidParameter,
    UnsupportedType,
    Encoded,
    Empty,
    InvalidBody,
    TooLarge,
    TooMany,
    Busy,
}

/// <summary>The body of POST /events: evlog's netlink frames back to back, or JSON.</summary>
internal static class EventBody
{
    /// <summary>Twice what the most events of usual size need; an agent's batch is a hundredth of it.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>One transaction of about half a second.</summary>
    public const int MaxEvents = 10_000;

    // {"events":[{"args":[…]}]} and fields: no event is deeper.
    private const int MaxDepth = 8;

    public static EventBatchRefusal RefusalOf(HttpRequest request, out bool isJson)
    {
        isJson = false;
        // No type said is no type known here: the two kinds of body cannot be told apart by looking.
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            return EventBatchRefusal.UnsupportedType;
        }

        isJson = string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase);
        if (isJson ? type.CharSet is not null && !string.Equals(type.CharSet.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase)
            : !string.Equals(type.MediaType, "application/octet-stream", StringComparison.OrdinalIgnoreCase))
        {
            return EventBatchRefusal.UnsupportedType;
        }

        return request.Headers[HeaderNames.ContentEncoding] is { Count: > 0 } encoding && !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase)
            ? EventBatchRefusal.Encoded
            : EventBatchRefusal.None;
    }

    public static EventBatchRefusal ReadFrames(ReadOnlyMemory<byte> body, out IReadOnlyList<HandedInEvent> events)
    {
        events = [];
        if (body.IsEmpty)
        {
            return EventBatchRefusal.Empty;
        }

        // Counted before anything is kept of them.
        var count = 0;
        for (var reader = new EvlogReader(body.Span); reader.MoveNext();)
        {
            if (++count > MaxEvents)
            {
                return EventBatchRefusal.TooMany;
            }
        }

        events =
        [
            .. EventReader.ReadAll(body).Select(reading => reading.Event is { } read
                ? new HandedInEvent(read, EventRefusal.None, "", reading.Frame)
                : new HandedInEvent(null, EventRefusal.Malformed, Describe(reading.Reason), reading.Frame)),
        ];
        return EventBatchRefusal.None;
    }

    public static EventBatchRefusal ReadJson(ReadOnlyMemory<byte> body, out IReadOnlyList<HandedInEvent> events)
    {
        events = [];
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("events", out var list)
                || list.ValueKind != JsonValueKind.Array
                || json.RootElement.EnumerateObject().Count() != 1)
            {
                return EventBatchRefusal.InvalidBody;
            }

            if (list.GetArrayLength() > MaxEvents)
            {
                return EventBatchRefusal.TooMany;
            }

            var read = new List<HandedInEvent>(list.GetArrayLength());
            foreach (var element in list.EnumerateArray())
            {
                var one = EventJson.Read(element, out var refusal, out var detail);
                read.Add(new HandedInEvent(one, refusal, detail, Raw: default));
            }

            events = read;
            return EventBatchRefusal.None;
        }
        catch (JsonException)
        {
            return EventBatchRefusal.InvalidBody;
        }
    }

    private static string Describe(PacketRejectReason reason) =>
        $"These bytes are no evlog record behind a netlink header ({JsonNamingPolicy.CamelCase.ConvertName(reason.ToString())}); docs/protocol.md has the layouts.";
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Mayday.Agent.Forwarding;

/// <summary>
/// Decides what an HTTP answer means. Only Mayday's own answers settle anything: its receipt says that the data was taken, its problem document says
/// that it never will be. Everything else (a login page, a proxy, another program on that port) means "later", because taking it for a receipt would
/// delete data that nobody has. Never throws, whatever the bytes are.
/// </summary>
internal static class CollectorAnswer
{
    /// <summary>Beginning of the <c>type</c> of every problem document of the collector (docs/api.md, errors).</summary>
    private const string ProblemPrefix = "urn:mayday:problem:";

    // Longer reasons from the collector are cut in the operator's log.
    private const int MostReason = 300;

    private const string NoReason = "it gave no reason";

    // Enough to recognise a login page or another program, short enough for one line of a log.
    private const int MostExcerpt = 120;

    /// <summary>Reads the answer to a batch of events.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="sent">How many events were sent: the receipt must account for each.</param>
    /// <param name="from">The address that was asked, for the operator.</param>
    public static HandInAnswer OfEvents(HttpStatusCode status, ReadOnlyMemory<byte> body, int sent, string from)
    {
        if (!IsSuccess(status))
        {
            return Declined(status, body, from);
        }

        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || CountOf(root, "accepted") is not { } accepted
                || CountOf(root, "duplicates") is not { } duplicates
                || !root.TryGetProperty("rejected", out var rejected) || rejected.ValueKind != JsonValueKind.Array)
            {
                return Foreign(status, body, from);
            }

            var refused = rejected.GetArrayLength();
            // Each is an int, so that their sum fits a long.
            if ((long)accepted + duplicates + refused != sent)
            {
                return Foreign(status, body, from) with
                {
                    Reason = string.Create(CultureInfo.InvariantCulture,
                        $"{from} answered for {(long)accepted + duplicates + refused} events where {sent} were sent: {Excerpt(body.Span)}"),
                };
            }

            return new HandInAnswer(HandIn.Taken)
            {
                Accepted = accepted,
                Duplicates = duplicates,
                Rejected = refused,
                Reason = refused > 0 ? ReasonOf(rejected[0]) : null,
            };
        }
        catch (JsonException)
        {
            return Foreign(status, body, from);
        }
    }

    /// <summary>Reads the answer to a dump: a receipt has the dump's id.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The whole body.</param>
    /// <param name="from">The address that was asked, for the operator.</param>
    public static HandInAnswer OfDump(HttpStatusCode status, ReadOnlyMemory<byte> body, string from)
    {
        if (!IsSuccess(status))
        {
            return Declined(status, body, from);
        }

        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && Guid.TryParseExact(TextOf(json.RootElement, "id"), "D", out _)
                ? new HandInAnswer(HandIn.Taken) { Accepted = 1 }
                : Foreign(status, body, from);
        }
        catch (JsonException)
        {
            return Foreign(status, body, from);
        }
    }

    /// <summary>An answer that is too long to be the collector's, or ended early.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="begin">What was read of the body.</param>
    /// <param name="from">The address that was asked, for the operator.</param>
    public static HandInAnswer Foreign(HttpStatusCode status, ReadOnlyMemory<byte> begin, string from) => new(HandIn.Later)
    {
        IsForeign = true,
        Reason = string.Create(CultureInfo.InvariantCulture,
            $"{from} did not answer as a Mayday collector does: HTTP {(int)status}, {Excerpt(begin.Span)}"),
    };

    /// <summary>Text of others on one line: without control and format characters, which could rewrite a terminal or a log, and bounded.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="most">Longest result, in characters.</param>
    internal static string OneLine(string text, int most)
    {
        var line = new StringBuilder(Math.Min(text.Length, most));
        var isGap = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                isGap = line.Length > 0;
                continue;
            }

            if (line.Length + rune.Utf16SequenceLength + (isGap ? 1 : 0) > most)
            {
                break;
            }

            if (isGap)
            {
                line.Append(' ');
            }

            isGap = false;
            line.Append(rune.ToString());
        }

        return line.ToString();
    }

    private static bool IsSuccess(HttpStatusCode status) => (int)status is >= 200 and < 300;

    private static HandInAnswer Declined(HttpStatusCode status, ReadOnlyMemory<byte> body, string from)
    {
        if (ProblemOf(body) is not { } problem)
        {
            return Foreign(status, body, from);
        }

        var isFinal = status is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge
            or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity;
        return new HandInAnswer(isFinal ? HandIn.Refused : HandIn.Later)
        {
            Reason = OneLine(string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)status}{problem}"), MostReason),
            IsFault = status == HttpStatusCode.InternalServerError,
        };
    }

    // RFC 9457: title and detail describe the problem. Null when the body is not a problem document of the collector.
    private static string? ProblemOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || TextOf(root, "type")?.StartsWith(ProblemPrefix, StringComparison.Ordinal) != true)
            {
                return null;
            }

            return string.Concat(new[] { TextOf(root, "title"), TextOf(root, "detail") }.Where(words => words is not null).Select(words => ": " + words));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int? CountOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0 ? count : null;

    private static string ReasonOf(JsonElement rejected)
    {
        if (rejected.ValueKind != JsonValueKind.Object)
        {
            return NoReason;
        }

        var words = new[] { TextOf(rejected, "reason"), TextOf(rejected, "detail") }.Where(word => word is not null);
        return OneLine(string.Join(": ", words), MostReason) is { Length: > 0 } reason ? reason : NoReason;
    }

    private static string? TextOf(JsonElement root, string name)
    {
        try
        {
            return root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // JSON syntax allows half a surrogate pair ("\ud800"), but converting it to a .NET string throws.
            return null;
        }
    }

    private static string Excerpt(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
        {
            return "an empty body";
        }

        var text = OneLine(Encoding.UTF8.GetString(body[..Math.Min(body.Length, 4 * MostExcerpt)]), MostExcerpt);
        return text.Length == 0 ? "a body without text" : $"\"{text}\"";
    }
}

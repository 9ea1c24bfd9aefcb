using System.Globalization;
using Mayday.Events.Filtering;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Query;
using Mayday.Store.Events;
using Mayday.Web.Components.Filters;
using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Events;

/// <summary>Events in words, and as links.</summary>
internal static class EventWords
{
    private const int MaxShown = 60;

    // Signs of a filter; none of them is likely in words that people look for.
    private static readonly System.Buffers.SearchValues<char> s_signs = System.Buffers.SearchValues.Create("=<>~&|\"'");

    /// <summary>Colour by gravity; the word stands beside it.</summary>
    public static string Colour(Severity severity) => severity switch
    {
        <= Severity.Critical => "fatal",
        Severity.Error => "oops",
        Severity.Warning => "warn",
        _ => "",
    };

    /// <summary>The event as a line; what there is instead where it has no text.</summary>
    public static string Line(EventItem item) => item.Text.Length > 0 ? PlainText.Of(item.Text.ReplaceLineEndings(" ↵ "))
        : item.Payload.Length > 0 ? $"{Words.Count(item.Payload.Length, "byte", "bytes")} of data"
        : "no data";

    public static string Type(uint eventType) => string.Create(CultureInfo.InvariantCulture, $"0x{eventType:x8}");

    public static string Value(EventArgument argument) => argument.Text is { } text ? PlainText.Of(text)
        : argument.Kind switch
        {
            EventArgumentKind.Pointer => string.Create(CultureInfo.InvariantCulture, $"0x{argument.Number:x}"),
            EventArgumentKind.Character when argument.Number is > 0x20 and < 0x7f => $"{argument.Number} '{(char)argument.Number}'",
            _ => argument.Value.ToString(CultureInfo.InvariantCulture),
        };

    /// <summary>As a filter writes it; null for texts too long for a link.</summary>
    public static string? Comparison(int position, EventArgument argument) => argument switch
    {
        { Text.Length: > 200 } => null,
        { Text: { } text } => $"arg{position} = {FilterText.Quote(text)}",
        _ => string.Create(CultureInfo.InvariantCulture, $"arg{position} = {argument.Value}"),
    };

    public static string Comparison(int position, EventArgumentValue value) => value switch
    {
        { Text: { } text, IsCut: true } => $"arg{position} contains {FilterText.Quote(text)}",
        { Text: { } text } => $"arg{position} = {FilterText.Quote(text)}",
        _ => string.Create(CultureInfo.InvariantCulture, $"arg{position} = {value.Number}"),
    };

    public static string Value(EventArgumentValue value)
    {
        var text = value.Text is { } written ? written.Length == 0 ? "(empty)" : PlainText.Of(written) : value.Number?.ToString(CultureInfo.InvariantCulture) ?? "";
        return value.IsCut || text.Length > MaxShown ? text[..Math.Min(text.Length, MaxShown)] + "…" : text;
    }

    public static string Share(long count, long all) => all == 0 || count == 0 ? "0 %"
        : count >= all ? "100 %"
        : count * 100.0 / all is < 1 and var little ? string.Create(CultureInfo.InvariantCulture, $"{little:0.0} %")
        : string.Create(CultureInfo.InvariantCulture, $"{count * 100 / all} %");

    /// <summary>
    /// What was typed where words are expected: plain words are looked for in the text; what is a filter, or was meant as one (then its mistake is
    /// worth seeing), stays.
    /// </summary>
    public static string AsFilter(string typed)
    {
        var text = typed.Trim();
        return text.Length == 0 || text.AsSpan().ContainsAny(s_signs) || (EventFilter.TryParse(text, out var filter, out _) && HasField(filter.Root))
            ? text
            : $"\"{text.Replace(@"\", @"\\", StringComparison.Ordinal)}\"";
    }

    private static bool HasField(FilterNode node) => node switch
    {
        FilterAll(var parts) => parts.Any(HasField),
        FilterAny(var parts) => parts.Any(HasField),
        FilterNot(var part) => HasField(part),
        _ => node is FilterTest { Operator: not FilterOperator.Finds },
    };

    public static string Link(string filter, long? format = null)
    {
        var query = ViewQuery.Empty(ViewQuery.OfEvents).With(ViewQuery.Filter, filter);
        return (format is { } id ? query.With("format", id.ToString(CultureInfo.InvariantCulture)) : query).ToUrl("events");
    }
}

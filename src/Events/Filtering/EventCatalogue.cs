using System.Globalization;
using Mayday.Query;
using Mayday.Query.Fields;

namespace Mayday.Events.Filtering;

/// <summary>
/// The filter fields of events: attributes, additional key=value pairs, and arguments by position or by the names that templates give them.
/// </summary>
public sealed class EventCatalogue(ArgumentCatalog names) : FieldCatalogue(s_fields, s_text, s_shortcuts)
{
    private static readonly EventField s_text = Attribute(EventAttribute.Text, "text", ProseType.Instance, "the event as the kernel would have printed it", "message");

    private static readonly EventField s_receivedAt =
        Attribute(EventAttribute.ReceivedAt, "receivedAt", TimeType.Instance, "when it came, as 2026-11-27T10:00Z", "received", "time");

    private static readonly NumberType s_user = new()
    {
        Words = [new("root", "0", 0), new("nobody", "65534", 65534)],
        Advice = "a number, root or nobody: other names differ from host to host",
    };

    private static readonly NumberType s_severity = new()
    {
        Words = FilterWords.SeverityNames,
        Least = 0,
        Most = 7,
        IsWhole = true,
    };

    private static readonly BitsType s_flags = new()
    {
        Words = [.. FilterWords.Flags.Select(flag => new FieldWord(flag.Word, $"0x{(uint)flag.Flag:x}", (uint)flag.Flag, FlagAliases(flag.Word)))],
        Noun = "flag",
    };

    private static readonly WordType s_transport =
        new([.. FilterWords.Transports.Select(word => new FieldWord(word, "way it came"))], FilterOperators.Text);

    // evlog's own names are aliases, so that a filter written for evlview still works.
    private static readonly EventField[] s_fields =
    [
        Attribute(EventAttribute.Host, "host", TextType.Instance, "name of the machine"),
        Attribute(EventAttribute.Severity, "severity", s_severity, "emerg alert crit err warning notice info debug, or 0 to 7; <= err is err and worse", "sev", "level"),
        Attribute(EventAttribute.Facility, "facility", new FacilityType(), "driver or subsystem", "fac"),
        s_text,
        Attribute(EventAttribute.Format, "format", new FormatType(), "the format string in quotes, or one of PRINTF STRING BINARY NODATA"),
        Attribute(EventAttribute.EventType, "eventType", new EventTypeType(), "number, or the format string in quotes: its CRC", "event_type", "type"),
        Attribute(EventAttribute.Age, "age", AgeType.Instance, "how long ago it came: 90s 30m 2h 7d 1w"),
        s_receivedAt,
        Attribute(EventAttribute.OccurredAt, "occurredAt", TimeType.Instance, "the sender's own time, where it gave one", "occurred"),
        Attribute(EventAttribute.Processor, "cpu", NumberType.Instance, "processor it was written on", "processor"),
        Attribute(EventAttribute.Pid, "pid", NumberType.Instance, "task it was written in, or interrupted by it"),
        Attribute(EventAttribute.Pgrp, "pgrp", NumberType.Instance, "process group of that task"),
        Attribute(EventAttribute.Uid, "uid", s_user, "user of that task: a number, root or nobody"),
        Attribute(EventAttribute.Gid, "gid", s_user, "group of that task: a number, root or nobody"),
        Attribute(EventAttribute.Flags, "flags", s_flags, "flags & TRUNCATE; also KERNEL PRINTK INTERRUPT EVTYCRC"),
        Attribute(EventAttribute.Truncated, "truncated", TruthType.Instance, "it was cut on its way"),
        Attribute(EventAttribute.Count, "count", NumberType.Instance, "how many equal ones in a row it stands for"),
        Attribute(EventAttribute.Transport, "transport", s_transport, "the way it came: evlog netlink http"),
        Attribute(EventAttribute.Source, "source", TextType.Instance, "address it came from"),
        Attribute(EventAttribute.StringText, "data", ProseType.Instance, "text of STRING records alone"),
        new EventField(new EntrySubject("DEVICE"), "device", TextType.Instance, "device it is about, as the kernel names it: +pci:0000:00:03.0, b8:0"),
        new EventField(new EntrySubject("SUBSYSTEM"), "subsystem", TextType.Instance, "subsystem of that device: pci, block, net"),
    ];

    private static readonly FieldShortcut[] s_shortcuts =
    [
        new("since", s_receivedAt, FilterOperator.GreaterOrEqual, "came at or after: 2h, 7d, 2026-11-27"),
        new("until", s_receivedAt, FilterOperator.Less, "came before: 2h, 7d, 2026-11-27"),
    ];

    /// <summary>The catalogue without names from templates.</summary>
    public static EventCatalogue Plain { get; } = new(ArgumentCatalog.Empty);

    /// <summary>
    /// Finds a field that every event may have. Arguments, <c>field.KEY</c>, <c>since</c> and <c>until</c> are not such fields.
    /// </summary>
    public static EventField? Known(string name) => Plain.Find(name, out var shortcut, out _) is EventField
    {
        Subject: AttributeSubject or EntrySubject { Key: "DEVICE" or "SUBSYSTEM" }
    } field && shortcut is null && !name.Contains('.', StringComparison.Ordinal) ? field : null;

    public override string Example => "severity <= err";

    protected override string OtherAdvice =>
        "To look for it in the text, put it in quotes; to ask for an argument, write arg1, or arg. before its name.";

    protected override IEnumerable<FilterSuggestion> OtherNames => names.Names
        .Order(StringComparer.OrdinalIgnoreCase)
        .Select(name => new FilterSuggestion(name, "argument that a template names", FilterSuggestionKind.Field))
        .Prepend(new FilterSuggestion("arg1", "first argument of the format string; arg2 the second", FilterSuggestionKind.Field));

    protected override FilterField? FindOther(string name, out string? mistake)
    {
        mistake = null;
        if (AfterPrefix(name, "field.") is { } entry)
        {
            return new EventField(new EntrySubject(entry), $"field.{entry}", TextType.Instance, "value beside the event");
        }

        if (AfterPrefix(name, "arg.") is { } argument)
        {
            return Argument(new NamedArgumentSubject(argument), $"arg.{argument}", names.Find(argument));
        }

        if (AfterPrefix(name, "arg") is { } number && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            if (position is >= 1 and <= EventFilter.MaxPosition)
            {
                return Argument(new ArgumentSubject(position - 1), string.Create(CultureInfo.InvariantCulture, $"arg{position}"), []);
            }

            mistake = $"Arguments are counted from arg1 to arg{EventFilter.MaxPosition}.";
            return null;
        }

        return names.Find(name) is { Count: > 0 } places ? Argument(new NamedArgumentSubject(name), name, places) : null;
    }

    private static EventField Attribute(EventAttribute attribute, string name, FieldType type, string meaning, params string[] aliases) =>
        new(new AttributeSubject(attribute), name, type, meaning, aliases);

    private static EventField Argument(EventSubject subject, string name, IReadOnlyList<ArgumentPlace> places) =>
        new(subject, name, places.Count == 0 ? ArgumentType.Unnamed : new ArgumentType(places), "argument of the format string") { Places = places };

    private static string? AfterPrefix(string word, string prefix) =>
        word.Length > prefix.Length && word.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? word[prefix.Length..] : null;

    private static string[] FlagAliases(string word) => word switch
    {
        "KERNEL" => ["KERNEL_EVENT"],
        "INITIAL_BOOT" => ["INITIAL_BOOT_EVENT"],
        "EVTYCRC" => ["EVENTTYPECRC"],
        _ => [],
    };
}

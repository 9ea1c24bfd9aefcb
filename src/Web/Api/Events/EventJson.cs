using System.Globalization;
using System.Text.Json;
using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Store.Events;

namespace Mayday.Web.Api.Events;

/// <summary>
/// Reads one event of a JSON body. Everything is judged: a member that is not known, or of another type than it should be, refuses the event
/// with a sentence, since a value that is silently dropped is a value that is missing when it counts.
/// </summary>
internal static class EventJson
{
    /// <summary>Longest facility; evlog's own has 15.</summary>
    public const int MaxFacility = 64;

    /// <summary>evlog's variable part, which holds format string and arguments, is at most 8 KiB.</summary>
    public const int MaxFormat = 8 * 1024;

    public const int MaxText = 16 * 1024;

    /// <summary>As many bytes of a payload as are stored.</summary>
    public const int MaxData = 64 * 1024;

    public const int MaxArguments = EventReader.MaxArguments;

    private const int MaxFields = 64;
    private const int MaxFieldName = 64;
    private const int MaxFieldValue = 1024;

    public static readonly IReadOnlyList<string> Members =
        ["facility", "severity", "eventType", "format", "args", "text", "data", "time", "cpu", "pid", "uid", "gid", "pgrp", "count", "fields"];

    /// <summary>The event, or why there is none.</summary>
    public static KernelEvent? Read(JsonElement json, out EventRefusal refusal, out string detail)
    {
        try
        {
            return ReadMembers(json, out refusal, out detail);
        }
        catch (InvalidOperationException)
        {
            (refusal, detail) = (EventRefusal.InvalidValue, "A text holds half a character: a surrogate, such as \\ud800, without the other half.");
            return null;
        }
    }

    private static KernelEvent? ReadMembers(JsonElement json, out EventRefusal refusal, out string detail)
    {
        (refusal, detail) = (EventRefusal.None, "");
        if (json.ValueKind != JsonValueKind.Object)
        {
            (refusal, detail) = (EventRefusal.NotAnObject, "An event is an object.");
            return null;
        }

        var draft = new EventDraft();
        foreach (var member in json.EnumerateObject())
        {
            if (!Members.Contains(member.Name))
            {
                (refusal, detail) = (EventRefusal.UnknownMember, $"'{ApiProblem.Quoted(member.Name)}' is not a member of an event. Its members are {string.Join(", ", Members)}.");
                return null;
            }

            if (member.Value.ValueKind != JsonValueKind.Null && !draft.Take(member.Name, member.Value, out detail))
            {
                refusal = EventRefusal.InvalidValue;
                return null;
            }
        }

        if (draft.Missing is { } missing)
        {
            (refusal, detail) = (EventRefusal.MissingMember, missing);
            return null;
        }

        if (draft.IsTwofold)
        {
            (refusal, detail) = (EventRefusal.InvalidValue, "format and data exclude each other: an event is either printed or binary.");
            return null;
        }

        return draft.ToEvent();
    }

    /// <summary>What was read of one event so far.</summary>
    private sealed class EventDraft
    {
        private string? _facility;
        private Severity? _severity;
        private int? _eventType;
        private string? _format;
        private string? _text;
        private byte[]? _data;
        private List<EventArgument> _arguments = [];
        private List<KeyValuePair<string, string>> _fields = [];
        private DateTimeOffset? _time;
        private int? _cpu;
        private int? _pid;
        private int? _pgrp;
        private uint? _uid;
        private uint? _gid;
        private int _count = 1;

        public string? Missing =>
            _facility is null ? "facility is missing: the driver or subsystem that reports, such as e1000."
            : _severity is null ? $"severity is missing: one of {string.Join(", ", SeverityWords.All)}, or 0 to 7."
            : _format is null && _text is null && _data is null ? "format, text and data are all missing: an event says something, as one of them."
            : null;

        public bool IsTwofold => _data is not null && _format is not null;

        public bool Take(string name, JsonElement value, out string detail)
        {
            detail = name switch
            {
                "facility" => TakeText(value, MaxFacility, out _facility) && _facility.Length > 0 && !_facility.Any(char.IsControl)
                    ? "" : $"facility is not a name of 1 to {MaxFacility} characters.",
                "severity" => TakeSeverity(value) ? "" : $"severity is neither one of {string.Join(", ", SeverityWords.All)} nor a number from 0 to 7.",
                "eventType" => TakeEventType(value) ? "" : "eventType is not a whole number of 32 bits.",
                "format" => TakeText(value, MaxFormat, out _format) ? "" : $"format is not a text of at most {MaxFormat} characters.",
                "text" => TakeText(value, MaxText, out _text) ? "" : $"text is not a text of at most {MaxText} characters.",
                "data" => TakeData(value) ? "" : $"data is not 1 to {MaxData} bytes in base64.",
                "args" => TakeArguments(value) ? "" : $"args is not an array of at most {MaxArguments} texts and whole numbers of 64 bits.",
                "time" => TakeTime(value) ? "" : "time is not a text such as 2026-01-31T12:00:00Z.",
                "cpu" => TakeNumber(value, 0, int.MaxValue, out _cpu) ? "" : "cpu is not a whole number from 0.",
                "pid" => TakeNumber(value, int.MinValue, int.MaxValue, out _pid) ? "" : "pid is not a whole number of 32 bits.",
                "pgrp" => TakeNumber(value, int.MinValue, int.MaxValue, out _pgrp) ? "" : "pgrp is not a whole number of 32 bits.",
                "uid" => TakeId(value, out _uid) ? "" : "uid is not a whole number from 0 to 4294967295.",
                "gid" => TakeId(value, out _gid) ? "" : "gid is not a whole number from 0 to 4294967295.",
                "count" => TakeCount(value) ? "" : "count is not a whole number from 1 to 1000000.",
                _ => TakeFields(value) ? "" : $"fields is not an object of at most {MaxFields} texts: names of 1 to {MaxFieldName} characters, values of at most {MaxFieldValue}.",
            };
            return detail.Length == 0;
        }

        public KernelEvent ToEvent() => new()
        {
            Facility = _facility!,
            Severity = _severity!.Value,
            EventType = _eventType ?? (_format is null ? 0 : EvlogCrc.EventTypeOf(_format)),
            Format = _data is not null ? EvlogFormat.Binary : _format is null ? EvlogFormat.String : EvlogFormat.Printf,
            FormatString = _format,
            Arguments = _arguments,
            Text = _text ?? (_format is null ? "" : PrintedEvent.Text(_format, _arguments)),
            Payload = _data,
            OccurredAt = _time,
            Processor = _cpu,
            Pid = _pid,
            Pgrp = _pgrp,
            Uid = _uid,
            Gid = _gid,
            Count = _count,
            Fields = _fields,
        };

        private static bool TakeText(JsonElement value, int maxLength, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? text)
        {
            text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            return text is not null && text.Length <= maxLength;
        }

        private bool TakeData(JsonElement value)
        {
            _data = value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes) && bytes.Length is > 0 and <= MaxData ? bytes : null;
            return _data is not null;
        }

        private static bool TakeNumber(JsonElement value, int least, int most, out int? number)
        {
            number = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var read) && read >= least && read <= most ? read : null;
            return number is not null;
        }

        private static bool TakeId(JsonElement value, out uint? id)
        {
            id = value.ValueKind == JsonValueKind.Number && value.TryGetUInt32(out var read) ? read : null;
            return id is not null;
        }

        private bool TakeSeverity(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.String && value.GetString() is { } word && SeverityWords.TryParse(word, out var severity))
            {
                _severity = severity;
            }
            else if (TakeNumber(value, 0, 7, out var number))
            {
                _severity = (Severity)number!.Value;
            }

            return _severity is not null;
        }

        /// <summary>Written unsigned or signed: the same 32 bits.</summary>
        private bool TakeEventType(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number) || number is < int.MinValue or > uint.MaxValue)
            {
                return false;
            }

            _eventType = unchecked((int)number);
            return true;
        }

        private bool TakeCount(JsonElement value)
        {
            if (!TakeNumber(value, 1, 1_000_000, out var number))
            {
                return false;
            }

            _count = number!.Value;
            return true;
        }

        private bool TakeTime(JsonElement value)
        {
            var isTime = value.ValueKind == JsonValueKind.String
                && value.GetString() is { Length: <= 40 } text
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                && (_time = time) is not null;
            return isTime;
        }

        private bool TakeArguments(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxArguments)
            {
                return false;
            }

            _arguments = new List<EventArgument>(value.GetArrayLength());
            foreach (var element in value.EnumerateArray())
            {
                if (TakeText(element, MaxFormat, out var text))
                {
                    _arguments.Add(EventArgument.OfText(text));
                }
                else if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number))
                {
                    _arguments.Add(EventArgument.OfNumber(number));
                }
                else if (element.ValueKind == JsonValueKind.Number && element.TryGetUInt64(out var large))
                {
                    _arguments.Add(new EventArgument(EventArgumentKind.Unsigned, unchecked((long)large), null, "%llu"));
                }
                else
                {
                    return false;
                }
            }

            return true;
        }

        private bool TakeFields(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            _fields = [];
            foreach (var field in value.EnumerateObject())
            {
                if (_fields.Count == MaxFields || field.Name.Length is 0 or > MaxFieldName || !TakeText(field.Value, MaxFieldValue, out var text))
                {
                    return false;
                }

                _fields.Add(KeyValuePair.Create(field.Name, text));
            }

            return true;
        }
    }
}

using System.Globalization;
using Mayday.Events.Filtering;
using Mayday.Events.Reading;
using Mayday.Protocol.Evlog;
using Mayday.Query;

namespace Mayday.Events.Templates;

/// <summary>Builds a template from the lines of its section.</summary>
internal sealed class TemplateBuilder(string name, Dictionary<string, ValueWords> sets, Action<int, string> mistake)
{
    // What the kernel's own print functions add before a driver's text, as listed in the printk index.
    private static readonly Dictionary<string, (string Format, string[] Names)> s_printers = new(StringComparer.Ordinal)
    {
        ["pr"] = ("", []),
        ["dev"] = ("%s %s: ", ["driver", "dev"]),
        ["netdev"] = ("%s %s %s%s: ", ["driver", "dev", "netdev", "netdev_state"]),
    };

    // Maximum size of the variable part of an evlog record.
    private const int MaxOffset = 8192;

    private readonly List<string> _facilities = [];
    private readonly List<(int Line, string Text)> _formats = [];
    private readonly List<int> _types = [];
    private readonly List<string> _causes = [];
    private readonly List<string> _actions = [];
    private readonly List<TemplateArgument?> _arguments = [];
    private readonly List<PayloadMember> _payload = [];
    private string _printer = "pr";
    private string? _meaning;
    private string? _text;
    private FaultClass _class;
    private int _offset;
    private (PayloadType Type, int Used)? _bits;

    public void Set(TemplateLine line)
    {
        var value = line.Value;
        if (value.Length == 0)
        {
            mistake(line.Number, $"{line.Field}: says nothing");
            return;
        }

        switch (line.Field)
        {
            case "facility": _facilities.AddRange(value.Split(' ', StringSplitOptions.RemoveEmptyEntries)); break;
            case "format": _formats.Add((line.Number, Unescape(value is ['"', .., '"'] ? value[1..^1] : value))); break;
            case "type": SetType(line); break;
            case "printed-by": SetPrinter(line); break;
            case "class": SetClass(line); break;
            case "meaning": _meaning = value; break;
            case "cause": _causes.Add(value); break;
            case "action": _actions.Add(value); break;
            case "text": _text = value; break;
            case "arg": _arguments.Add(value == "-" ? null : ReadArgument(line, value.Split(';', StringSplitOptions.TrimEntries), 1)); break;
            case "member": AddMember(line); break;
            default:
                mistake(line.Number, $"no field is called '{line.Field}': facility, format, type, printed-by, class, meaning, cause, action, arg, member, text");
                break;
        }
    }

    public (EventTemplate Template, IReadOnlyList<TemplateFit> Fits) Build(int line)
    {
        if (_formats.Count == 0 && _types.Count == 0)
        {
            mistake(line, $"[{name}] has neither format: nor type:, so it is for no event");
        }

        if (_types.Count > 0 && _facilities.Count == 0)
        {
            mistake(line, $"[{name}] has a type: and needs a facility: each counts its own");
        }

        if (_payload.Count > 0 && _arguments.Count > 0)
        {
            mistake(line, $"[{name}] has both arg: and member:, but an event is either printed or binary");
        }

        foreach (var (number, format) in _formats)
        {
            if (FormatConversions.Count(format) is var count && count < _arguments.Count)
            {
                mistake(number, $"the format string has {count} arguments, and {_arguments.Count} are named");
            }
        }

        var template = new EventTemplate
        {
            Name = name,
            Facilities = _facilities,
            Formats = [.. _formats.Select(format => format.Text)],
            EventTypes = _types,
            Class = _class,
            Meaning = _meaning,
            Causes = _causes,
            Actions = _actions,
            Arguments = _arguments,
            Payload = _payload,
            Text = _text,
        };
        var fits = new List<TemplateFit>();
        foreach (var facility in _facilities.Count == 0 ? [null] : _facilities.ToArray<string?>())
        {
            fits.AddRange(_types.Select(type => new TemplateFit(template, facility, type, [])));
            foreach (var (_, format) in _formats)
            {
                fits.Add(new TemplateFit(template, facility, EvlogCrc.EventTypeOf(format), []));
                if (_printer != "pr")
                {
                    var (before, names) = s_printers[_printer];
                    fits.Add(new TemplateFit(template, facility, EvlogCrc.EventTypeOf(before + format), [.. names.Select(known => new TemplateArgument(known))]));
                }
            }
        }

        return (template, fits);
    }

    private void SetType(TemplateLine line)
    {
        foreach (var word in line.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (NumberText.TryRead(word, out var number) && number == decimal.Truncate(number) && number is >= int.MinValue and <= uint.MaxValue)
            {
                _types.Add(unchecked((int)(long)number));
            }
            else
            {
                mistake(line.Number, $"'{word}' is no event type: a number of 32 bits, decimal or 0x hexadecimal");
            }
        }
    }

    private void SetPrinter(TemplateLine line)
    {
        if (s_printers.ContainsKey(line.Value))
        {
            _printer = line.Value;
        }
        else
        {
            mistake(line.Number, "printed-by: is pr (or left out), dev or netdev");
        }
    }

    private void SetClass(TemplateLine line)
    {
        if (!Enum.TryParse(line.Value, ignoreCase: true, out _class) || char.IsAsciiDigit(line.Value[0]))
        {
            mistake(line.Number, $"class: is one of {string.Join(' ', Enum.GetNames<FaultClass>()).ToLowerInvariant()}");
        }
    }

    /// <summary>Reads "name; unit U; values SET; bits SET; meaning".</summary>
    private TemplateArgument ReadArgument(TemplateLine line, string[] parts, int from)
    {
        string? unit = null, meaning = null;
        ValueWords? words = null;
        foreach (var part in parts.Skip(from))
        {
            if (part.StartsWith("unit ", StringComparison.Ordinal))
            {
                unit = part[5..].Trim();
            }
            else if (part.StartsWith("values ", StringComparison.Ordinal) || part.StartsWith("bits ", StringComparison.Ordinal))
            {
                var (kind, set) = (part[..part.IndexOf(' ', StringComparison.Ordinal)], part[part.IndexOf(' ', StringComparison.Ordinal)..].Trim());
                if (!sets.TryGetValue(set, out words) || words.AreBits != (kind == "bits"))
                {
                    mistake(line.Number, $"there is no section [{kind} {set}]");
                }
            }
            else if (meaning is null)
            {
                meaning = part;
            }
            else
            {
                mistake(line.Number, $"two meanings: '{meaning}' and '{part}'");
            }
        }

        CheckName(line, parts[0]);
        return new TemplateArgument(parts[0], unit, meaning, words);
    }

    private void CheckName(TemplateLine line, string word)
    {
        if (word.Length is 0 or > 40 || !char.IsAsciiLetter(word[0]) || word.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('_' or '.')))
        {
            mistake(line.Number, $"'{word}' cannot be a name: a letter, then letters, digits, _ or . up to 40");
        }
        else if (EventCatalogue.Known(word) is not null)
        {
            mistake(line.Number, $"'{word}' is what every event has in the query language: call it otherwise");
        }
        else if (_arguments.Exists(known => known?.Name == word) || _payload.Exists(known => known.Argument.Name == word || known.Array == word))
        {
            mistake(line.Number, $"'{word}' is there twice");
        }
    }

    /// <summary>Reads "name; type [at offset]", followed by the same parts as an argument.</summary>
    private void AddMember(TemplateLine line)
    {
        var parts = line.Value.Split(';', StringSplitOptions.TrimEntries);
        if (parts.Length < 2)
        {
            mistake(line.Number, "a member is 'name; type', as 'temperature; s16; unit °C'");
            return;
        }

        var words = parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is [_, "at", var written])
        {
            _bits = null;
            if (!int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out _offset) || _offset > MaxOffset)
            {
                mistake(line.Number, $"an offset is a number of bytes up to {MaxOffset}");
                _offset = 0;
            }
        }

        var argument = ReadArgument(line, parts, 2);
        if (words.Length is not (1 or 3) || !PayloadType.TryParse(words[0], out var type))
        {
            mistake(line.Number, $"'{parts[1]}' is no type: u8 s8 u16 s16 u32 s32 u64 s64 f32 f64, with le or be behind where it is not the sender's order; "
                + "[N] or [N][M] for arrays, :N for bits of a whole number; char[N], bytes[N], text, bytes; 'at N' may follow");
            return;
        }

        if (_payload.Count + type.Count > EventReader.MaxArguments)
        {
            mistake(line.Number, $"more than {EventReader.MaxArguments} members, elements of arrays included");
        }
        else if (type.BitWidth > 0)
        {
            AddBits(argument, type);
        }
        else
        {
            _bits = null;
            for (var i = 0; i < type.Count; i++)
            {
                var element = type.Dimensions.Length == 0 ? argument : argument with { Name = argument.Name + type.IndexOf(i) };
                _payload.Add(new PayloadMember(element, type.Kind, _offset, type.Length, type.IsBigEndian, type.Word, Array: type.Dimensions.Length == 0 ? null : argument.Name));
                _offset += type.Length;
            }
        }
    }

    // Bit-fields of one size, signed or not, share a number while it has room, as in C.
    private void AddBits(TemplateArgument argument, PayloadType type)
    {
        var (shared, before) = _bits ?? default;
        if (shared is null || shared.Length != type.Length || shared.IsBigEndian != type.IsBigEndian || before + type.BitWidth > type.Length * 8)
        {
            before = 0;
            _offset += type.Length;
        }

        _payload.Add(new PayloadMember(
            argument, type.Kind, _offset - type.Length, type.Length, type.IsBigEndian, type.Written, new BitField(before, type.BitWidth)));
        _bits = (type, before + type.BitWidth);
    }

    private static string Unescape(string format) => format
        .Replace(@"\n", "\n", StringComparison.Ordinal)
        .Replace(@"\t", "\t", StringComparison.Ordinal)
        .Replace("\\\"", "\"", StringComparison.Ordinal);
}

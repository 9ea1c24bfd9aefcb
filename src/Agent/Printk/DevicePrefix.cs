using System.Text;

namespace Mayday.Agent.Printk;

/// <summary>What a record says about a device: dev_printk and netdev_printk leave SUBSYSTEM and DEVICE in its dictionary, others do not.</summary>
public enum DeviceMark : byte
{
    /// <summary>Nothing is known: a line of a console.</summary>
    Unknown,

    /// <summary>The record has no DEVICE.</summary>
    Absent,

    /// <summary>The record has one.</summary>
    Present,
}

/// <summary>
/// The words that dev_printk (<c>"%s %s: "</c>: driver, device) and netdev_printk (<c>"%s %s %s%s: "</c>: driver, device, interface,
/// registration state; <c>"%s%s: "</c> without a parent device) put before a driver's own format. Source: drivers/base/core.c, net/core/dev.c.
/// </summary>
internal readonly ref struct DevicePrefix
{
    // Driver, device and interface names; the longest seen have 64 characters each.
    private const int MostLength = 160;

    private readonly ReadOnlySpan<byte> _words;

    private DevicePrefix(ReadOnlySpan<byte> words, string format)
    {
        _words = words;
        Format = format;
    }

    /// <summary>The format of the prefix; empty where the text has none.</summary>
    public string Format { get; }

    /// <summary>Bytes of it in the text, with colon and blank.</summary>
    public int Length => _words.Length + 2;

    /// <summary>Literal bytes of the prefix's format.</summary>
    public int LiteralBytes => Format.Length - 2 * Format.AsSpan().Count('%');

    public static bool TryRead(ReadOnlySpan<byte> text, out DevicePrefix prefix)
    {
        prefix = default;
        var colon = text[..Math.Min(text.Length, MostLength)].IndexOf(": "u8);
        if (colon < 1 || text[0] == ' ')
        {
            return false;
        }

        var words = text[..colon];
        prefix = new DevicePrefix(words, FormatOf(words));
        return true;
    }

    /// <summary>Reads the words as arguments.</summary>
    /// <returns>The driver; null where the prefix names none.</returns>
    public string? Read(List<PrintkValue> values)
    {
        var words = Encoding.UTF8.GetString(_words);
        var state = words.EndsWith(')') ? words.LastIndexOf(" (", StringComparison.Ordinal) : -1;
        var names = state < 0 ? words : words[..state];
        if (Format == NetPrefix || Format == LonePrefix)
        {
            var end = names.LastIndexOf(' ');
            string? driver = null;
            if (Format == NetPrefix)
            {
                var split = names.LastIndexOf(' ', end - 1);
                driver = names[..split];
                values.Add(PrintkValue.Of(driver));
                values.Add(PrintkValue.Of(names[(split + 1)..end]));
            }

            values.Add(PrintkValue.Of(names[(end + 1)..]));
            values.Add(PrintkValue.Of(state < 0 ? "" : words[state..]));
            return driver;
        }

        var last = words.LastIndexOf(' ');
        values.Add(PrintkValue.Of(words[..last]));
        values.Add(PrintkValue.Of(words[(last + 1)..]));
        return words[..last];
    }

    private const string DevPrefix = "%s %s: ";
    private const string NetPrefix = "%s %s %s%s: ";
    private const string LonePrefix = "%s%s: ";

    // "e1000 0000:00:03.0 eth0 (unregistered)" has a state; drivers with a blank in their name are rare, and never network drivers.
    private static string FormatOf(ReadOnlySpan<byte> words)
    {
        if (words.EndsWith(")"u8) && words.LastIndexOf(" ("u8) is var state and > 0)
        {
            words = words[..state];
        }

        return words.Count((byte)' ') switch
        {
            0 => LonePrefix,
            2 => NetPrefix,
            _ => DevPrefix,
        };
    }
}

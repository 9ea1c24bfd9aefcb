using System.Globalization;
using System.Text;
using Mayday.Agent.Printk;

namespace Mayday.Agent.Tests.Printk;

/// <summary>
/// Calls of printk made up at random, with what the kernel would print: formats of literals and conversions, and arguments that fit.
/// </summary>
internal sealed class Printer(Random random)
{
    private static readonly string[] s_words =
        ["eth0", "link", "down", "status", "timeout", "sda", "ata1.00", "queue", "reset", ":", ", ", "=", "(", ") ", "\"", "100%%", "[", "]", " - ", "irq "];

    private static readonly string[] s_strings = ["eth0", "sda1", "", "a b", "x: y", "12", "-ENOMEM", "nvme0n1", "100", "f", "(null)", "Ünï"];

    public string Format { get; private set; } = "";

    public string Text { get; private set; } = "";

    public List<PrintkValue> Values { get; } = [];

    public void Next()
    {
        var format = new StringBuilder();
        var text = new StringBuilder();
        Values.Clear();
        var pieces = random.Next(1, 9);
        for (var i = 0; i < pieces; i++)
        {
            if (random.Next(3) > 0)
            {
                var word = s_words[random.Next(s_words.Length)];
                format.Append(word);
                text.Append(word.Replace("%%", "%", StringComparison.Ordinal));
                continue;
            }

            AddConversion(format, text);
        }

        Format = format.ToString();
        Text = text.ToString();
    }

    private void AddConversion(StringBuilder format, StringBuilder text)
    {
        switch (random.Next(9))
        {
            case 0:
                var word = s_strings[random.Next(s_strings.Length)];
                Add(format, text, "%s", word, PrintkValue.Of(word));
                break;
            case 1:
                var signed = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(63);
                Add(format, text, "%lld", signed.ToString(CultureInfo.InvariantCulture), PrintkValue.Of(signed));
                break;
            case 2:
                var unsigned = (ulong)random.NextInt64() >> random.Next(63);
                Add(format, text, "%lu", unsigned.ToString(CultureInfo.InvariantCulture), PrintkValue.Of(unsigned));
                break;
            case 3:
                var hex = (ulong)random.NextInt64() >> random.Next(63);
                Add(format, text, "%#llx", "0x" + hex.ToString("x", CultureInfo.InvariantCulture), PrintkValue.Of(hex));
                break;
            case 4:
                var wide = (uint)random.Next();
                Add(format, text, "%08x", wide.ToString("x8", CultureInfo.InvariantCulture), PrintkValue.Of((ulong)wide));
                break;
            case 5:
                var padded = random.Next(-99_999, 99_999);
                Add(format, text, "%6d", padded.ToString(CultureInfo.InvariantCulture).PadLeft(6), PrintkValue.Of((long)padded));
                break;
            case 6:
                Add(format, text, "%c", "Z", PrintkValue.Of("Z"));
                break;
            case 7:
                Add(format, text, "%pS ", "do_one_initcall+0x56/0x2b0 ", PrintkValue.Of("do_one_initcall+0x56/0x2b0"));
                break;
            default:
                Add(format, text, "%pM ", "52:54:00:12:34:56 ", PrintkValue.Of("52:54:00:12:34:56"));
                break;
        }
    }

    private void Add(StringBuilder format, StringBuilder text, string conversion, string printed, PrintkValue value)
    {
        format.Append(conversion);
        text.Append(printed);
        Values.Add(value);
    }

    /// <summary>What the kernel prints for the values that were read, so far as a reader can say it.</summary>
    public static string Print(string format, IReadOnlyList<PrintkValue> values)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            var end = i + 1;
            while (!char.IsAsciiLetter(format[end]) && format[end] != '%')
            {
                end++;
            }

            while (format[end] is 'l')
            {
                end++;
            }

            var letter = format[end];
            if (letter == 'p')
            {
                end++;
            }

            var spec = format[i..(end + 1)];
            i = end;
            if (letter == '%')
            {
                text.Append('%');
                continue;
            }

            var value = values[next++];
            text.Append(spec switch
            {
                "%#llx" => "0x" + ((ulong)value.Number).ToString("x", CultureInfo.InvariantCulture),
                "%08x" => ((ulong)value.Number).ToString("x8", CultureInfo.InvariantCulture),
                "%6d" => value.ToString().PadLeft(6),
                _ => value.ToString(),
            });
        }

        return text.ToString();
    }
}

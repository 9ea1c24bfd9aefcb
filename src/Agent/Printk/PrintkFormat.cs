using System.Text;

namespace Mayday.Agent.Printk;

/// <summary>A format string of the kernel's printk, prepared for recognising the text it printed. Level marks (<c>\001</c> and a digit, or
/// <c>&lt;3&gt;</c>) and the final line feed are not part of the printed text and are left out.</summary>
/// <remarks>Matching never backtracks. A first simple pass is tried; if it fails, the reachable ends are computed for each conversion from
/// the last to the first, in time proportional to conversions times text length. Of several readings of a text, the one with the shortest
/// strings, from left to right, is used.</remarks>
public sealed class PrintkFormat
{
    private const byte LevelMark = 0x01;

    // More than any call of the kernel has, and together with a device prefix within the collector's limit (64). A malicious catalogue must
    // not make matching slow.
    private const int MostArguments = 60;

    private readonly byte[][] _literals;
    private readonly Conversion[] _conversions;

    private PrintkFormat(string text, byte[][] literals, Conversion[] conversions, bool endsLine)
    {
        Text = text;
        EndsLine = endsLine;
        _literals = literals;
        _conversions = conversions;
        LiteralBytes = literals.Sum(literal => literal.Length);
        Letters = literals.Sum(literal => literal.Count(letter => char.IsAsciiLetterOrDigit((char)letter)));
        ArgumentCount = conversions.Sum(conversion => conversion.ArgumentCount);
    }

    /// <summary>The format string as evlog would have stored it: without level and without line feed at the end.</summary>
    public string Text { get; }

    /// <summary>Bytes that every text of this format has in common; more of them make a match more certain.</summary>
    public int LiteralBytes { get; }

    /// <summary>Letters and digits among them.</summary>
    public int Letters { get; }

    /// <summary>Arguments of a call, stars included.</summary>
    public int ArgumentCount { get; }

    /// <summary>True when the string ends in a line feed; otherwise a continuation may have been printed behind it.</summary>
    public bool EndsLine { get; }

    internal IReadOnlyList<byte[]> Literals => _literals;

    internal int ConversionCount => _conversions.Length;

    /// <summary>Reads a format string.</summary>
    /// <param name="format">As in the source, escapes already undone.</param>
    /// <returns>The format, or null when it has more than 60 arguments.</returns>
    public static PrintkFormat? Parse(string format)
    {
        ArgumentNullException.ThrowIfNull(format);
        var bytes = WithoutLevel(Encoding.UTF8.GetBytes(format)).AsSpan();
        var endsLine = bytes.EndsWith("\n"u8);
        bytes = bytes.TrimEnd((byte)'\n');
        var literals = new List<byte[]>();
        var conversions = new List<Conversion>();
        var literal = new List<byte>();
        for (var i = 0; i < bytes.Length;)
        {
            if (bytes[i] != '%')
            {
                literal.Add(bytes[i++]);
                continue;
            }

            var length = ConversionSyntax.Read(bytes[i..], out var conversion);
            if (conversion is not null)
            {
                literals.Add([.. literal]);
                literal.Clear();
                conversions.Add(conversion);
            }
            else
            {
                // "%%", and what vsnprintf prints as it stands
                literal.AddRange(bytes.Slice(i, length).StartsWith("%%"u8) ? "%"u8 : bytes.Slice(i, length));
            }

            i += length;
        }

        literals.Add([.. literal]);
        return conversions.Sum(conversion => conversion.ArgumentCount) > MostArguments ? null : new PrintkFormat(Encoding.UTF8.GetString(bytes), [.. literals], [.. conversions], endsLine);
    }

    /// <summary>Tells whether a text may have been printed by this format, and with which arguments.</summary>
    /// <param name="text">One message, unescaped, without its line feed.</param>
    /// <param name="values">Takes <see cref="ArgumentCount"/> values, in the order of the call; untouched on false.</param>
    /// <returns>True when it matches from the first byte to the last.</returns>
    public bool TryMatch(ReadOnlySpan<byte> text, List<PrintkValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (_conversions.Length == 0)
        {
            return text.SequenceEqual(_literals[0]);
        }

        if (text.Length < LiteralBytes || !text.StartsWith(_literals[0]) || !text.EndsWith(_literals[^1]))
        {
            return false;
        }

        Span<int> ends = stackalloc int[_conversions.Length];
        switch (TryFirstWay(text, ends))
        {
            case Way.Found:
                break;
            case Way.Unclear when ReachableEnds.TryFind(text, _literals, _conversions, ends):
                break;
            default:
                return false;
        }

        var start = 0;
        for (var i = 0; i < _conversions.Length; i++)
        {
            start += _literals[i].Length;
            _conversions[i].Read(text[start..ends[i]], values);
            start = ends[i];
        }

        return true;
    }

    /// <summary>The format as a part of another: with a prefix before it.</summary>
    internal static string Join(string prefix, PrintkFormat format) => prefix + format.Text;

    private enum Way
    {
        Found,
        None,
        Unclear,
    }

    // Uses the first occurrence of each literal after a string and the longest run for everything else, which is right for nearly all
    // texts.
    private Way TryFirstWay(ReadOnlySpan<byte> text, Span<int> ends)
    {
        var position = _literals[0].Length;
        var chosen = false;
        for (var i = 0; i < _conversions.Length; i++)
        {
            var conversion = _conversions[i];
            if (!conversion.TryFindEnd(text, position, out var least, out var most))
            {
                return chosen ? Way.Unclear : Way.None;
            }

            var next = _literals[i + 1];
            var isLast = i == _conversions.Length - 1;
            int end;
            if (isLast)
            {
                // The text is known to end with this literal; only whether that end is reachable must be checked.
                end = text.Length - next.Length;
                if (end < least || end > most)
                {
                    return chosen ? Way.Unclear : Way.None;
                }
            }
            else if (!conversion.IsShortest)
            {
                end = most;
                chosen |= least != most;
                if (!text[end..].StartsWith(next))
                {
                    return chosen ? Way.Unclear : Way.None;
                }
            }
            else if (next.Length == 0)
            {
                return Way.Unclear;
            }
            else
            {
                var found = text[least..].IndexOf(next);
                if (found < 0 || least + found > most)
                {
                    return chosen ? Way.Unclear : Way.None;
                }

                end = least + found;
                chosen = true;
            }

            ends[i] = end;
            position = end + next.Length;
        }

        return Way.Found;
    }

    private static byte[] WithoutLevel(byte[] format)
    {
        var rest = format.AsSpan();
        while (true)
        {
            if (rest.Length >= 2 && rest[0] == LevelMark)
            {
                rest = rest[2..];
            }
            else if (rest is [(byte)'<', >= (byte)'0' and <= (byte)'9', (byte)'>', ..])
            {
                rest = rest[3..];
            }
            else
            {
                return rest.ToArray();
            }
        }
    }
}

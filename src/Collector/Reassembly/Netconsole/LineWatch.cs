using Mayday.Analysis;
using Mayday.Protocol.Kmsg;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>What the lines of one datagram mean for the window of their stream.</summary>
internal readonly record struct LineSight(bool HasStart, bool HasEnd, bool IsPanic, bool IsBoot)
{
    public LineSight And(LineSight later) =>
        new(HasStart || later.HasStart, later.HasEnd || (HasEnd && !later.HasStart), HasStart ? IsPanic : later.IsPanic, IsBoot || later.IsBoot);
}

/// <summary>Searches text for lines that open or end a window. Allocates nothing.</summary>
internal static class LineWatch
{
    /// <summary>The first line of every boot.</summary>
    private static ReadOnlySpan<byte> BootLine => "Linux version "u8;

    /// <summary>A full window is not split at a panic that ends a report, because both belong together.</summary>
    private static ReadOnlySpan<byte> PanicLine => "Kernel panic"u8;

    /// <summary>Examines text without prefixes, possibly of several lines.</summary>
    public static LineSight See(ReadOnlySpan<byte> text)
    {
        var sight = default(LineSight);
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            sight = sight.And(SeeLine(line));
        }

        return sight;
    }

    /// <summary>Examines a console line with its prefixes.</summary>
    public static LineSight SeeConsoleLine(ReadOnlySpan<byte> line)
    {
        _ = LogLine.TryParse(line, out var parsed);
        return parsed.Priority >= 8 ? default : SeeLine(parsed.Text);
    }

    private static LineSight SeeLine(ReadOnlySpan<byte> line) => CrashLines.Classify(line) switch
    {
        CrashLine.Start => new LineSight(true, false, line.StartsWith(PanicLine), false),
        CrashLine.End => new LineSight(false, true, false, false),
        _ => new LineSight(false, false, false, line.StartsWith(BootLine)),
    };
}

using System.Globalization;
using System.Text;
using Mayday.Protocol;

namespace Mayday.Agent.Printk;

/// <summary>
/// One line of a printk index: a printk call of the kernel with its level, place and format string. Source:
/// Documentation/core-api/printk-index.rst; <c>&lt;level[,flags]&gt; file:line function "format"</c>.
/// </summary>
public sealed record PrintkEntry
{
    /// <summary>The level the call prints at; null where the call leaves it open, or the catalogue does not know.</summary>
    public Severity? Level { get; init; }

    /// <summary>KERN_CONT: continues a line that another call began.</summary>
    public bool IsContinuation { get; init; }

    /// <summary>Name of the index file: <c>vmlinux</c>, or the module; empty where unknown.</summary>
    public string Module { get; init; } = "";

    /// <summary>Source file of the call.</summary>
    public required string File { get; init; }

    /// <summary>Line in it, from 1; 0 where unknown.</summary>
    public int Line { get; init; }

    /// <summary>The function that holds the call; <c>-</c> where unknown.</summary>
    public required string Function { get; init; }

    /// <summary>The format string, escapes undone.</summary>
    public required string Format { get; init; }

    /// <summary>Reads one line of an index.</summary>
    /// <param name="line">The line without its line end.</param>
    /// <param name="module">Name of the file it stands in.</param>
    /// <returns>Null for comments and for lines of any other form.</returns>
    public static PrintkEntry? Parse(string line, string module)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (!line.StartsWith('<'))
        {
            return null;
        }

        var close = line.IndexOf('>');
        var quote = line.IndexOf(" \"", StringComparison.Ordinal);
        if (close < 2 || quote < close || !line.EndsWith('"') || line.Length < quote + 3)
        {
            return null;
        }

        var level = line[1..close];
        var comma = level.IndexOf(',');
        var flags = comma < 0 ? "" : level[(comma + 1)..];
        level = comma < 0 ? level : level[..comma];
        var place = line[(close + 1)..quote].Trim().Split(' ', 2);
        if (place.Length != 2)
        {
            return null;
        }

        var colon = place[0].LastIndexOf(':');
        if (colon < 1 || !int.TryParse(place[0].AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        return new PrintkEntry
        {
            Level = level is [>= '0' and <= '7'] ? (Severity)(level[0] - '0') : null,
            IsContinuation = level == "c" || flags.Contains('c'),
            Module = module,
            File = place[0][..colon],
            Line = number,
            Function = place[1],
            Format = PrintkEscapes.Undo(line.AsSpan(quote + 2, line.Length - quote - 3)),
        };
    }

    /// <summary>Writes the entry as a line of an index.</summary>
    /// <returns>The line without a line end.</returns>
    public override string ToString()
    {
        var line = new StringBuilder(Format.Length + 64);
        line.Append('<');
        if (Level is { } level)
        {
            line.Append((int)level);
        }
        else
        {
            line.Append(IsContinuation ? "c" : "-1");
        }

        if (IsContinuation && Level is not null)
        {
            line.Append(",c");
        }

        line.Append(CultureInfo.InvariantCulture, $"> {File}:{Line} {Function} \"");
        PrintkEscapes.Write(Format, line);
        return line.Append('"').ToString();
    }
}

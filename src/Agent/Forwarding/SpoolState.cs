using System.Globalization;
using Mayday.Agent.Kmsg;

namespace Mayday.Agent.Forwarding;

/// <summary>What the spool stores beside its batches: how far the oldest file was sent, how far the kernel log was read, and losses that
/// were not reported yet. One line of text, replaced as a whole. A damaged file is ignored; batches are then sent again, and the collector
/// recognises them.</summary>
internal sealed record SpoolState
{
    /// <summary>The oldest file that is not completely sent.</summary>
    public long File { get; init; }

    /// <summary>Position in that file where the next batch begins.</summary>
    public long Position { get; init; }

    public KmsgCursor Cursor { get; init; }

    /// <summary>Events dropped since the last loss report.</summary>
    public long Dropped { get; init; }

    public static SpoolState Load(string path)
    {
        try
        {
            return Parse(System.IO.File.ReadAllText(path)) ?? new SpoolState();
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return new SpoolState();
        }
    }

    public void Save(string path)
    {
        System.IO.File.WriteAllText(path + ".new", ToString());
        System.IO.File.Move(path + ".new", path, overwrite: true);
    }

    public override string ToString()
    {
        var fields = string.Create(CultureInfo.InvariantCulture, $"1 {File} {Position} {Cursor.BootId} {Cursor.NextSequence} {Dropped}");
        return string.Create(CultureInfo.InvariantCulture, $"{fields} {SpoolFile.Checksum(System.Text.Encoding.ASCII.GetBytes(fields)):x8}\n");
    }

    public static SpoolState? Parse(string line)
    {
        var words = line.TrimEnd('\n').Split(' ');
        if (words.Length != 7 || words[0] != "1"
            || !long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var file)
            || !long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            || !Guid.TryParseExact(words[3], "D", out var boot)
            || !ulong.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            || !long.TryParse(words[5], NumberStyles.None, CultureInfo.InvariantCulture, out var dropped))
        {
            return null;
        }

        var state = new SpoolState { File = file, Position = position, Cursor = new KmsgCursor(boot, sequence), Dropped = dropped };
        return state.ToString() == line ? state : null;
    }
}

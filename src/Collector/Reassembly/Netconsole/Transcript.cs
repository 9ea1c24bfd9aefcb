using Mayday.Store.Crashes;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>The content of a window's datagrams, read in order.</summary>
internal sealed record Transcript
{
    public required byte[] Log { get; init; }

    public required Completeness Completeness { get; init; }

    public string? HostName { get; init; }

    public string? KernelRelease { get; init; }

    public IReadOnlyList<UserField> Fields { get; init; } = [];

    /// <summary>Number of the first record; 0 in the basic format.</summary>
    public ulong FirstSequence { get; init; }

    /// <summary>The log has printk times, so an identical text is the same event.</summary>
    public required bool HasTimes { get; init; }

    /// <summary>The kernel release in the first line of a boot; null for any other line.</summary>
    public static string? ReleaseOf(ReadOnlySpan<byte> line)
    {
        var lead = "Linux version "u8;
        if (!line.StartsWith(lead))
        {
            return null;
        }

        line = line[lead.Length..];
        var end = line.IndexOf((byte)' ');
        return SenderText.Read(end < 0 ? line : line[..end], 64);
    }
}

namespace Mayday.Protocol.Pstore;

/// <summary>One dmesg file as read from <c>/sys/fs/pstore</c>: a first line <c>Oops#1 Part2</c>, then log text with <c>&lt;N&gt;</c>
/// prefixes. Source: fs/pstore/platform.c. A view of the bytes that it was parsed from; allocates nothing, never throws.</summary>
public readonly ref struct PstoreFile
{
    // ramoops with ECC appends its result after a blank line; it is not part of the kernel log.
    private static ReadOnlySpan<byte> EccMark => "\nECC: "u8;

    private PstoreFile(ReadOnlySpan<byte> reason, int count, int part, ReadOnlySpan<byte> text, ReadOnlySpan<byte> eccNotice)
    {
        Reason = reason;
        Count = count;
        Part = part;
        Text = text;
        EccNotice = eccNotice;
    }

    /// <summary>Why the kernel dumped: Panic, Oops, Emergency, Restart, Halt, Poweroff, Shutdown, Unknown; ASCII letters.</summary>
    public ReadOnlySpan<byte> Reason { get; }

    /// <summary>Number of this dump within its boot, from 1.</summary>
    public int Count { get; }

    /// <summary>1 holds the newest text, 2 the text before it.</summary>
    public int Part { get; }

    /// <summary>The log text after the first line, without the notice of the error correction.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The error correction result of ramoops, <c>ECC: No errors detected</c>; empty without one.</summary>
    public ReadOnlySpan<byte> EccNotice { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="file">The file; default when the result is false.</param>
    /// <returns>False when the first line does not have the form <c>Reason#count Partn</c>.</returns>
    public static bool TryParse(ReadOnlySpan<byte> content, out PstoreFile file)
    {
        file = default;
        var end = content.IndexOf((byte)'\n');
        if (end < 0)
        {
            return false;
        }

        var line = content[..end];
        var hash = line.IndexOf((byte)'#');
        var part = line.IndexOf(" Part"u8);
        if (hash < 1 || part < hash || line[..hash].ContainsAnyExceptInRange((byte)'A', (byte)'z')
            || !Decimals.TryParse(line[(hash + 1)..part], out var count) || count > int.MaxValue
            || !Decimals.TryParse(line[(part + " Part".Length)..], out var number) || number is 0 or > int.MaxValue)
        {
            return false;
        }

        var text = content[(end + 1)..];
        ReadOnlySpan<byte> notice = default;
        var mark = text.LastIndexOf(EccMark);
        if (mark >= 0 && text[(mark + 1)..].TrimEnd("\n\0"u8).IndexOf((byte)'\n') < 0)
        {
            notice = text[(mark + 1)..].TrimEnd("\n\0"u8);
            text = text[..mark];
        }

        file = new PstoreFile(line[..hash], (int)count, (int)number, text, notice);
        return true;
    }
}

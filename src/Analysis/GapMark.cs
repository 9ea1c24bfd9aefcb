using System.Globalization;

namespace Mayday.Analysis;

/// <summary>
/// The line that marks missing bytes in a dump's text. Reassembly writes it. The analyser treats a report with a gap in it as corrupted.
/// The crash page shows it as a gap row.
/// </summary>
public static class GapMark
{
    /// <summary>How every gap line begins. No kernel line that matters to the analysis begins with "--- ".</summary>
    public const string Prefix = "--- mayday: gap: ";

    public const string Suffix = " ---";

    /// <summary>A line such as "--- mayday: gap: packets 3-5 missing, up to 3072 bytes ---", with a line end before and after it.</summary>
    public static string ForPackets(int first, int last, long bytes) => string.Create(CultureInfo.InvariantCulture,
        $"{Prefix}{(first == last ? $"packet {first}" : $"packets {first}-{last}")} missing, up to {bytes} bytes{Suffix}");

    public static string ForRecords(ulong first, ulong last) => string.Create(CultureInfo.InvariantCulture,
        $"{Prefix}{(first == last ? $"record {first}" : $"records {first}-{last}")} missing{Suffix}");

    /// <summary>
    /// Marks a packet that the sender filled with NULs (netoops bug B1): the text was lost before it reached the network.
    /// </summary>
    public static string ForEmptyPacket(int number) => string.Create(CultureInfo.InvariantCulture,
        $"{Prefix}packet {number} came empty, 1024 bytes lost by the sender{Suffix}");

    public static bool IsGapMark(ReadOnlySpan<byte> line) => line.StartsWith("--- mayday: gap: "u8);
}

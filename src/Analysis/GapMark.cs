using System.Globalization;

namespace Mayday.Analysis;

/// <summary>
/// The visible line that stands in a dump's text where bytes did not arrive. Written by whoever reassembles, recognised by the analyser
/// (a report across a gap is corrupted, with that as its reason) and drawn by the page as a gap row.
/// </summary>
public static class GapMark
{
    /// <summary>How every gap line begins. The leading "--- " never begins a kernel line that matters to the analysis.</summary>
    public const string Prefix = "--- mayday: gap: ";

    public const string Suffix = " ---";

    /// <summary>"--- mayday: gap: packets 3-5 missing, up to 3072 bytes ---" and a line end before and after.</summary>
    public static string ForPackets(int first, int last, long bytes) => string.Create(CultureInfo.InvariantCulture,
        $"{Prefix}{(first == last ? $"packet {first}" : $"packets {first}-{last}")} missing, up to {bytes} bytes{Suffix}");

    public static string ForRecords(ulong first, ulong last) => string.Create(CultureInfo.InvariantCulture,
        $"{Prefix}{(first == last ? $"record {first}" : $"records {first}-{last}")} missing{Suffix}");

    /// <summary>The sender sent the packet as NULs (netoops bug B1): lost before the network.</summary>
    public static string ForEmptyPacket(int number) => string.Create(CultureInfo.InvariantCulture,
        $"{Prefix}packet {number} came empty, 1024 bytes lost by the sender{Suffix}");

    public static bool IsGapMark(ReadOnlySpan<byte> line) => line.StartsWith("--- mayday: gap: "u8);
}

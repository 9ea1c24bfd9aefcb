using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Crashes;

/// <summary>The letters behind "Tainted:", in words (Documentation/admin-guide/tainted-kernels.rst).</summary>
public static class TaintWords
{
    /// <summary>Letter and meaning, in printed order; unknown letters are kept, newer kernels add some.</summary>
    public static IReadOnlyList<(char Letter, string Words)> Decode(string taint) =>
        [.. taint.Where(letter => char.IsAsciiLetter(letter) && letter != 'G').Select(letter => (letter, OfLetter(letter)))];

    private static string OfLetter(char letter) => letter switch
    {
        'P' => "proprietary module",
        'F' => "module loaded by force",
        'S' => "kernel outside its specification",
        'R' => "module unloaded by force",
        'M' => "machine check before",
        'B' => "bad page before",
        'U' => "set by user space",
        'D' => "died before: an oops or BUG came earlier",
        'A' => "ACPI table overridden",
        'W' => "a warning came earlier",
        'C' => "staging driver",
        'I' => "works around a firmware fault",
        'O' => "out-of-tree module",
        'E' => "unsigned module",
        'L' => "a soft lockup came earlier",
        'K' => "live-patched",
        'X' => "auxiliary, set by the distribution",
        'T' => "built with the struct randomisation plug-in",
        'N' => "an in-kernel test ran",
        'J' => "fwctl changed the device",
        _ => "not known to Mayday",
    };
}

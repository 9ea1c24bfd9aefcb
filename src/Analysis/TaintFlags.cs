namespace Mayday.Analysis;

/// <summary>One letter after "Tainted:" and what it means.</summary>
/// <param name="Letter">The letter as printed.</param>
/// <param name="Bit">Its bit in /proc/sys/kernel/tainted; null for letters that are not in this table.</param>
/// <param name="Meaning">One plain sentence.</param>
public sealed record TaintFlag(char Letter, int? Bit, string Meaning);

/// <summary>Decodes the taint letters of an oops. Newer kernels add letters; unknown ones are kept and described as unknown.</summary>
public static class TaintFlags
{
    private static readonly Dictionary<char, TaintFlag> s_flags = new TaintFlag[]
    {
        new('G', 0, "Only modules with a GPL-compatible licence are loaded."),
        new('P', 0, "A module with a proprietary licence was loaded."),
        new('F', 1, "A module was loaded by force."),
        new('S', 2, "The kernel runs on hardware or in a set-up that its specification does not cover."),
        new('R', 3, "A module was unloaded by force."),
        new('M', 4, "The processor reported a machine check."),
        new('B', 5, "A bad page or corrupted memory was found."),
        new('U', 6, "User space asked for the taint."),
        new('D', 7, "The kernel has oopsed or hit a BUG before."),
        new('A', 8, "An ACPI table was overridden by the user."),
        new('W', 9, "The kernel has issued a warning before."),
        new('C', 10, "A driver from staging is loaded."),
        new('I', 11, "The kernel works around a bug in the platform's firmware."),
        new('O', 12, "A module from outside the kernel tree is loaded."),
        new('E', 13, "An unsigned module is loaded."),
        new('L', 14, "A soft lockup has occurred."),
        new('K', 15, "The kernel has been live patched."),
        new('X', 16, "The distribution uses this letter for itself."),
        new('T', 17, "The kernel was built with structure layout randomisation."),
        new('N', 18, "An in-kernel test has been run."),
        new('J', 19, "A debug interface that changes device firmware was used."),
    }.ToDictionary(f => f.Letter);

    /// <summary>The flags of <paramref name="letters"/> ("GOE"), in printed order, each once.</summary>
    public static IReadOnlyList<TaintFlag> Decode(string? letters)
    {
        if (string.IsNullOrEmpty(letters))
        {
            return [];
        }

        var flags = new List<TaintFlag>();
        foreach (var letter in letters)
        {
            if (char.IsAsciiLetterUpper(letter) && !flags.Exists(f => f.Letter == letter))
            {
                flags.Add(s_flags.GetValueOrDefault(letter) ?? new TaintFlag(letter, null, "Not known here: newer than this table, or the distribution's own."));
            }
        }

        return flags;
    }
}

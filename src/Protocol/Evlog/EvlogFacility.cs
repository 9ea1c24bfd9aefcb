using System.Text;

namespace Mayday.Protocol.Evlog;

/// <summary>Facilities as numbers: the standard ones of syslog have fixed codes; the code of any other name is the checksum of its
/// canonical form. Source: <c>facreg.c</c> of evlog 1.6.1.</summary>
public static class EvlogFacility
{
    private static readonly (string Name, uint Code)[] s_standard =
    [
        ("kern", 0), ("user", 8), ("mail", 16), ("daemon", 24), ("auth", 32), ("syslog", 40), ("lpr", 48), ("news", 56), ("uucp", 64), ("cron", 72),
        ("authpriv", 80), ("ftp", 88), ("logmgmt", 96), ("local0", 128), ("local1", 136), ("local2", 144), ("local3", 152), ("local4", 160),
        ("local5", 168), ("local6", 176), ("local7", 184),
    ];

    /// <summary>The code of a facility.</summary>
    /// <param name="name">Its name, in any case.</param>
    /// <returns>Syslog's code of a standard name, else the checksum of the canonical name.</returns>
    public static uint CodeOf(string name)
    {
        foreach (var (standard, code) in s_standard)
        {
            if (standard.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return code;
            }
        }

        return EvlogCrc.Compute(Canonical(Encoding.UTF8.GetBytes(name)));
    }

    /// <summary>Whether a name may be registered: one whose checksum is a standard code would be taken for another.</summary>
    /// <param name="name">A name that is not itself a standard one.</param>
    public static bool CollidesWithStandard(string name) =>
        NameOf(EvlogCrc.Compute(Canonical(Encoding.UTF8.GetBytes(name)))) is { } other && !other.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The standard name of a code; null for any other.</summary>
    /// <param name="code">A facility's code.</param>
    public static string? NameOf(uint code)
    {
        foreach (var (name, standard) in s_standard)
        {
            if (standard == code)
            {
                return name;
            }
        }

        return null;
    }

    // Canonical form: lower case; blanks become underscores; other characters that are not letters, digits, dots, underscores or non-ASCII
    // become dots. "." and ".." are not valid names.
    private static byte[] Canonical(byte[] name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            name[i] = (char)name[i] switch
            {
                >= 'A' and <= 'Z' => (byte)(name[i] | 0x20),
                ' ' => (byte)'_',
                (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '_' or > '\x7f' => name[i],
                _ => (byte)'.',
            };
        }

        if (name is [(byte)'.'] or [(byte)'.', (byte)'.'])
        {
            name[0] = (byte)'_';
        }

        return name;
    }
}

using System.Globalization;

namespace Mayday.Linux.Netlink;

/// <summary>Which multicasts of which netlink protocol to listen to, and from whom.</summary>
/// <param name="Protocol">Number of the protocol, 0 to 31.</param>
/// <param name="Groups">Bit mask of groups: 3 is groups 1 and 2.</param>
/// <param name="AllowsUserSpace">Takes messages of programs too; else only the kernel's (port 0), since any local user may send.</param>
public readonly record struct NetlinkGroups(int Protocol, uint Groups, bool AllowsUserSpace)
{
    /// <summary>MAX_LINKS.</summary>
    private const int Protocols = 32;

    /// <summary>The kernel's own uevents.</summary>
    public static NetlinkGroups Uevents => new(15, 1, AllowsUserSpace: false);

    /// <summary>Reads <c>PROTOCOL:GROUPS[:user]</c>, as <c>2:3:user</c>.</summary>
    public static bool TryParse(string text, out NetlinkGroups groups)
    {
        groups = default;
        var words = text.Split(':');
        if (words.Length is < 2 or > 3 || (words.Length == 3 && words[2] != "user")
            || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var protocol) || protocol >= Protocols
            || !uint.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var mask) || mask == 0)
        {
            return false;
        }

        groups = new NetlinkGroups(protocol, mask, words.Length == 3);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Protocol}:{Groups}{(AllowsUserSpace ? ":user" : "")}");
}

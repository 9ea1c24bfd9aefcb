using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Mayday.Linux.Netlink;

namespace Mayday.Collector;

/// <summary>Setting <c>Collector:Netlink</c>, option <c>--netlink</c>: <c>PROTOCOL:GROUPS[:user]</c>. GROUPS is the bit mask of nl_groups,
/// decimal or 0x: 3 is groups 1 (raw payloads) and 2 (evlog records). With <c>user</c>, messages from user-space programs are accepted too,
/// not only from the kernel.</summary>
public sealed record NetlinkListen(int Protocol, uint Groups, bool TakesUserSpace)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out NetlinkListen? listen, [NotNullWhen(false)] out string? failure)
    {
        listen = null;
        failure = null;
        var parts = text.Split(':');
        if (parts.Length is not (2 or 3) || (parts.Length == 3 && parts[2] != "user"))
        {
            failure = $"'{text}' is not PROTOCOL:GROUPS[:user]; 2:3:user hears groups 1 and 2 of protocol 2, from programs too";
        }
        else if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var protocol) || protocol > NetlinkSocket.MaxProtocol)
        {
            failure = $"'{parts[0]}' is not a netlink protocol: 0 to {NetlinkSocket.MaxProtocol} (evlog's kernels use 7, tests NETLINK_USERSOCK, 2)";
        }
        else if (!TryParseMask(parts[1], out var groups) || groups == 0)
        {
            failure = $"'{parts[1]}' is not a mask of netlink groups: 1 to 4294967295 or 0x1 to 0xffffffff (3 is groups 1 and 2)";
        }
        else
        {
            listen = new NetlinkListen(protocol, groups, parts.Length == 3);
        }

        return listen is not null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Protocol}:{Groups}{(TakesUserSpace ? ":user" : "")}");

    private static bool TryParseMask(string text, out uint groups) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out groups)
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out groups);
}

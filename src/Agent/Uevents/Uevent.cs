using System.Text;

namespace Mayday.Agent.Uevents;

/// <summary>
/// One kobject uevent as the kernel multicasts it on NETLINK_KOBJECT_UEVENT, group 1: <c>action@devpath</c>, NUL, then <c>KEY=VALUE</c>, NUL,
/// and so on; no nlmsghdr. Source: lib/kobject_uevent.c.
/// </summary>
public sealed record Uevent
{
    /// <summary>UEVENT_NUM_ENVP: the kernel allows 64 variables.</summary>
    private const int MostVariables = 64;

    // KOBJ_ADD ... KOBJ_UNBIND; longer words are not the kernel's.
    private const int MostAction = 16;

    /// <summary>What happened to the object: <c>add</c>, <c>change</c>, <c>offline</c> ...</summary>
    public required string Action { get; init; }

    /// <summary>Path of the object below /sys.</summary>
    public required string DevicePath { get; init; }

    /// <summary>The environment, in order, with SUBSYSTEM, SEQNUM and what the driver adds.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Variables { get; init; }

    /// <summary>The value of a variable.</summary>
    /// <param name="key">Its name.</param>
    /// <returns>Null where it is not set.</returns>
    public string? this[string key]
    {
        get
        {
            foreach (var (name, value) in Variables)
            {
                if (name == key)
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <summary>Reads a datagram.</summary>
    /// <param name="datagram">What the socket delivered.</param>
    /// <returns>Null for anything else, udev's own messages (<c>libudev</c>) among it.</returns>
    public static Uevent? Parse(ReadOnlySpan<byte> datagram)
    {
        var end = datagram.IndexOf((byte)0);
        var head = end < 0 ? datagram : datagram[..end];
        var at = head.IndexOf((byte)'@');
        if (at is < 1 or > MostAction || head.Length < at + 2 || head[at + 1] != '/' || head[..at].ContainsAnyExceptInRange((byte)'a', (byte)'z'))
        {
            return null;
        }

        var variables = new List<KeyValuePair<string, string>>();
        var rest = end < 0 ? default : datagram[(end + 1)..];
        while (!rest.IsEmpty && variables.Count < MostVariables)
        {
            end = rest.IndexOf((byte)0);
            var variable = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            var equals = variable.IndexOf((byte)'=');
            if (equals > 0)
            {
                variables.Add(new(Encoding.UTF8.GetString(variable[..equals]), Encoding.UTF8.GetString(variable[(equals + 1)..])));
            }
        }

        return new Uevent { Action = Encoding.ASCII.GetString(head[..at]), DevicePath = Encoding.UTF8.GetString(head[(at + 1)..]), Variables = variables };
    }
}

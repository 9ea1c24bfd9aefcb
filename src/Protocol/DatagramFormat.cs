namespace Mayday.Protocol;

/// <summary>The format of a datagram. It depends on the content alone, because any format may arrive on any port.</summary>
public enum DatagramFormat : byte
{
    /// <summary>Unknown: only for an empty datagram.</summary>
    Unknown = 0,

    /// <summary>A netoops packet (version 3, any of its four layouts).</summary>
    Netoops,

    /// <summary>Extended netconsole: header, sequence number, perhaps a fragment.</summary>
    NetconsoleExtended,

    /// <summary>Basic netconsole: console text without a header.</summary>
    NetconsoleBasic,

    /// <summary>One or more evlog records in their netlink frames, relayed over UDP.</summary>
    Evlog,
}

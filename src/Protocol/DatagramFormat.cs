namespace Mayday.Protocol;

/// <summary>What a datagram holds, told by its content alone: either format may come to either port.</summary>
public enum DatagramFormat : byte
{
    /// <summary>Nothing is known; only an empty datagram.</summary>
    Unknown = 0,

    /// <summary>A netoops packet (version 3, any of its four layouts).</summary>
    Netoops,

    /// <summary>Extended netconsole: header, sequence number, perhaps a fragment.</summary>
    NetconsoleExtended,

    /// <summary>Basic netconsole: console text and nothing else.</summary>
    NetconsoleBasic,

    /// <summary>One or more evlog records in their netlink frames, relayed over UDP.</summary>
    Evlog,
}

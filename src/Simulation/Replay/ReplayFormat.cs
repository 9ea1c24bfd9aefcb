namespace Mayday.Simulation.Replay;

/// <summary>The format in which a file is sent.</summary>
public enum ReplayFormat
{
    /// <summary>A capture as it was captured; a log of text as netoops.</summary>
    AsIs = 0,

    /// <summary>netoops packets: one dump a log, three rounds.</summary>
    Netoops,

    /// <summary>Extended netconsole, a record a line.</summary>
    Netconsole,

    /// <summary>Basic netconsole, console text.</summary>
    NetconsoleBasic,

    /// <summary>evlog records in netlink frames, a STRING record a line.</summary>
    Evlog,
}

namespace Mayday.Simulation.Load;

/// <summary>What the machines of a load speak.</summary>
public enum LoadFormat
{
    /// <summary>Dumps only, each in rounds.</summary>
    Netoops = 0,

    /// <summary>Extended netconsole with a name and message ids: lines, and reports among them.</summary>
    Netconsole,

    /// <summary>Basic netconsole: lines, and reports among them; nothing tells the receiver what it lost.</summary>
    NetconsoleBasic,

    /// <summary>A third of the machines each.</summary>
    Mixed,

    /// <summary>Structured events: an evlog record a datagram. Lines of the load are records here; such machines have no crashes.</summary>
    Evlog,
}

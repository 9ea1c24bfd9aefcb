namespace Mayday.Simulation.Load;

/// <summary>The protocol of the machines of a load.</summary>
public enum LoadFormat
{
    /// <summary>Dumps only, each in rounds.</summary>
    Netoops = 0,

    /// <summary>Extended netconsole with a name and message ids: ordinary lines and reports.</summary>
    Netconsole,

    /// <summary>Basic netconsole: ordinary lines and reports. The receiver cannot tell what was lost.</summary>
    NetconsoleBasic,

    /// <summary>A third of the machines each.</summary>
    Mixed,

    /// <summary>Structured events: one evlog record per datagram. The lines of the load are records here; such machines do not
    /// crash.</summary>
    Evlog,
}

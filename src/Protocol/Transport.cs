namespace Mayday.Protocol;

/// <summary>How a dump or event arrived. The words are those of the API: <see cref="TransportNames.ToWord"/>.</summary>
public enum Transport
{
    /// <summary>A netoops dump: UDP, binary header.</summary>
    Netoops,
    /// <summary>Extended netconsole: UDP, one record with its header per datagram.</summary>
    Netconsole,
    /// <summary>Basic netconsole: UDP, plain text.</summary>
    NetconsoleBasic,
    /// <summary>An evlog record over UDP.</summary>
    Evlog,
    /// <summary>An evlog record over netlink.</summary>
    Netlink,
    /// <summary>An upload over the REST API.</summary>
    Http,
}

/// <summary>The words that API, pages and database use for <see cref="Transport"/>.</summary>
public static class TransportNames
{
    /// <summary>The word of a transport.</summary>
    public static string ToWord(this Transport transport) => transport switch
    {
        Transport.Netoops => "netoops",
        Transport.Netconsole => "netconsole",
        Transport.NetconsoleBasic => "netconsole-basic",
        Transport.Evlog => "evlog",
        Transport.Netlink => "netlink",
        _ => "http",
    };

    /// <summary>The transport of a word, in any letter case; false for an unknown word.</summary>
    public static bool TryParse(string word, out Transport transport)
    {
        foreach (var candidate in Enum.GetValues<Transport>())
        {
            if (string.Equals(candidate.ToWord(), word, StringComparison.OrdinalIgnoreCase))
            {
                transport = candidate;
                return true;
            }
        }

        transport = default;
        return false;
    }
}

namespace Mayday.Store;

/// <summary>The way a dump or event came. The words are those of the API: <see cref="TransportNames.ToWord"/>.</summary>
public enum Transport
{
    Netoops,
    Netconsole,
    NetconsoleBasic,
    Evlog,
    Netlink,
    Http,
}

public static class TransportNames
{
    public static string ToWord(this Transport transport) => transport switch
    {
        Transport.Netoops => "netoops",
        Transport.Netconsole => "netconsole",
        Transport.NetconsoleBasic => "netconsole-basic",
        Transport.Evlog => "evlog",
        Transport.Netlink => "netlink",
        _ => "http",
    };

    public static bool TryParse(string word, out Transport transport)
    {
        foreach (var candidate in Enum.GetValues<Transport>())
        {
            if (candidate.ToWord() == word)
            {
                transport = candidate;
                return true;
            }
        }

        transport = default;
        return false;
    }
}

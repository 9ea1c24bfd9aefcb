using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Ingest;

/// <summary>Why a datagram was refused, in words for whoever set up the senders; an unknown reason is shown as it is counted.</summary>
public static class CounterWords
{
    /// <summary>Reasons are compared without case, hyphens and underscores.</summary>
    public static string OfReason(string reason) => Plain(reason) switch
    {
        "empty" => "It held nothing.",
        "tooshort" => "Shorter than the header of a netoops packet.",
        "unknownversion" => "A netoops version other than 3: the sender is newer than this Mayday, or no netoops sender at all.",
        "dataoffsetbeyondend" => "The netoops header says that the log begins behind the end of the packet.",
        "archoffsetbeyonddata" => "The netoops header says that the registers begin behind the log.",
        "archoffsetinsideheader" => "The netoops header says that the registers begin inside the header.",
        "nopackets" => "A netoops dump of no packets.",
        "toomanypackets" => "A netoops dump of more packets than 64 MiB of log need.",
        "packetnumberoutofrange" => "A netoops packet with a number that its dump does not have.",
        "nodata" => "A netoops packet without any log in it.",
        "fragmentoffsetbeyondtotal" => "A netconsole fragment that begins behind the end of its message.",
        "fragmentendbeyondtotal" => "A netconsole fragment that reaches over the end of its message.",
        "fragmentempty" => "A netconsole fragment without text.",
        "fragmenttotaltoolarge" => "A netconsole message that says it is longer than any kernel writes.",
        "fragmentrepeated" => "A netconsole header that says twice which fragment it is.",
        "fragmentmalformed" => "A netconsole header whose fragment numbers are no numbers.",
        "fragmenttotalchanged" => "Fragments of one netconsole message that do not agree on its length.",
        "evlogtooshort" => "Shorter than a netlink frame with the shortest evlog record in it.",
        "evlogbeyondend" => "An evlog record that reaches over the end of its datagram.",
        "evlognomagic" => "No evlog record begins where one should: another netlink protocol, or what follows a broken frame.",
        "evlogmalformed" => "An evlog record whose size, format, severity and facility fit no known layout.",
        "notfromkernel" => "A netlink message that a program sent, where only the kernel may.",
        "truncated" => "Longer than any sender writes; its end did not fit the buffer.",
        _ => "",
    };

    /// <summary>Why an event was lost inside the collector.</summary>
    public static string OfEventLoss(string reason) => reason switch
    {
        "backlog" => "they came faster than they could be stored (Collector:Storing:EventBytes)",
        "spool" => "the database was away and the spool full (Collector:Spool:EventBytes), or its disk",
        "refused" => "the database refused them; the log says why",
        _ => PlainText.Of(reason),
    };

    private static string Plain(string reason) =>
        string.Concat(reason.Where(char.IsAsciiLetter).Select(char.ToLowerInvariant));
}

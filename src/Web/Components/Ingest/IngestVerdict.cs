using Mayday.Store.Ingest;
using Mayday.Web.Components.Crashes;
using Mayday.Web.Components.Texts;

namespace Mayday.Web.Components.Ingest;

/// <summary>Whether the receiving goes well, in a sentence.</summary>
public static class IngestVerdict
{
    public static IReadOnlyList<Fragment> Of(IngestStats stats)
    {
        var alive = stats.Collectors.Count(collector => collector.Alive);
        var sentence = new List<Fragment>();
        if (stats.Collectors.Count == 0)
        {
            return [new("Nothing is being received:", Tone.Strong), new(" no collector has ever reported to this database.")];
        }

        if (alive == 0)
        {
            sentence.Add(new("Nothing is being received:", Tone.Strong));
            sentence.Add(new(stats.Collectors.Count == 1 ? " the collector is silent. " : " all collectors are silent. "));
        }
        else if (alive < stats.Collectors.Count)
        {
            sentence.Add(new($"{Words.Count(stats.Collectors.Count - alive)} of {Words.Count(stats.Collectors.Count)} collectors are silent.", Tone.Strong));
            sentence.Add(new(" "));
        }

        if (stats.SpooledDumps > 0)
        {
            sentence.Add(new($"{Words.Count(stats.SpooledDumps, "dump waits", "dumps wait")} on disk for the database.", Tone.Strong));
            sentence.Add(new(" "));
        }

        if (stats.SpoolDropped > 0)
        {
            sentence.Add(new($"{Words.Count(stats.SpoolDropped, "dump was", "dumps were")} given up because the spool was full.", Tone.Strong));
            sentence.Add(new(" "));
        }

        if (stats.DroppedDumps > 0)
        {
            sentence.Add(new($"{Words.Count(stats.DroppedDumps, "dump was", "dumps were")} given up", Tone.Strong));
            sentence.Add(new(" because they came faster than they could be understood: more collectors, or more processors. "));
        }

        if (stats.KernelDrops > 0)
        {
            sentence.Add(new($"{Words.Count(stats.KernelDrops, "datagram was", "datagrams were")} lost", Tone.Strong));
            sentence.Add(new(" because the socket's buffer was full: more collectors, or a larger net.core.rmem_max. "));
        }

        if (sentence.Count == 0)
        {
            // What the network lost on the way stands below, in the loss budget.
            sentence.Add(new(stats.Loss is { Lost: > 0 } ? "All is well on this side of the network:" : "All is well:", Tone.Strong));
            sentence.Add(new(" nothing that reached this machine was lost. "));
        }

        sentence.Add(new($"{Words.Count(stats.Datagrams, "datagram", "datagrams")} made {Words.Count(stats.DumpsStored, "dump", "dumps")} and {Words.Count(stats.CrashesStored, "crash", "crashes")}."));
        return sentence;
    }
}

using Mayday.Simulation.Load;

namespace Mayday.Cli.Commands.Load;

/// <summary>
/// Compares the losses that the simulated network caused with those on each host's page (<c>GET /api/v1/hosts/{id}</c>), machine by
/// machine. Packet counts are kept by address and persist after a load, so the earlier counts are read first.
/// </summary>
internal sealed class LoadLossCheck
{
    /// <summary>One request per machine. For more machines, the check itself would be a load.</summary>
    public const int MostHosts = 5_000;

    private const int AtOnce = 8;

    // With fewer packets, copies of one packet in two rounds are closer together than the distance by which the network may reorder. A
    // missing copy and a duplicate then look alike on the wire (docs/operations.md, loss accounting).
    private const int FewPackets = 18;

    private readonly LoadApi _api;
    private readonly string _network;
    private readonly Dictionary<string, IReadOnlyDictionary<string, LoadedLoss>> _before;

    private LoadLossCheck(LoadApi api, string network, Dictionary<string, IReadOnlyDictionary<string, LoadedLoss>> before)
    {
        _api = api;
        _network = network;
        _before = before;
    }

    /// <summary>Reads the counts of the machines' addresses before the load.</summary>
    public static async Task<LoadLossCheck> BeginAsync(LoadApi api, string network, CancellationToken cancellation) =>
        new(api, network, await ReadAsync(api, network, cancellation));

    /// <summary>Compares sent and lost packets for each machine that has a host page.</summary>
    public async Task<IReadOnlyList<LoadComparison>> CompareAsync(LoadReport report, CancellationToken cancellation)
    {
        var after = await ReadAsync(_api, _network, cancellation);
        var found = new List<LoadComparison>();
        foreach (var group in report.Hosts.Where(host => host.Crashes > 0).GroupBy(host => host.Format).OrderBy(group => group.Key))
        {
            var wrong = group.SelectMany(host => Compare(report, host, LossOf(after, host))).Where(comparison => comparison.Differs).ToArray();
            found.Add(new LoadComparison($"accounts that are wrong, of {group.Count()} {LoadOutput.WordOf(group.Key)} machines", 0, wrong.Length));
            found.AddRange(wrong.Take(LoadComparison.MostNamed));
        }

        return found;
    }

    private LoadedLoss? LossOf(Dictionary<string, IReadOnlyDictionary<string, LoadedLoss>> after, LoadedHost host)
    {
        var (address, transport) = (host.Address.ToString(), LoadOutput.WordOf(host.Format));
        return after.TryGetValue(address, out var accounts) && accounts.TryGetValue(transport, out var loss)
            ? loss.Since(_before.TryGetValue(address, out var earlier) ? earlier.GetValueOrDefault(transport) : default)
            : null;
    }

    private static IEnumerable<LoadComparison> Compare(LoadReport report, LoadedHost host, LoadedLoss? loss)
    {
        var lost = loss?.Lost;
        switch (host.Format)
        {
            case LoadFormat.Netoops when report.PacketsOfDump > FewPackets:
                yield return Account("packets received", host.Sent - host.LinkDoubled, loss?.Received);
                yield return Account("packets lost", host.LinkLost, lost);
                yield return Account("packets twice", host.LinkDoubled, loss?.Duplicates);
                yield return Account("packets lost in every round", host.Lost, loss?.LostText);
                break;

            case LoadFormat.Netoops:
                yield return Account("packets lost less those twice", host.LinkLost - host.LinkDoubled, lost - loss?.Duplicates);
                yield return Account("packets lost in every round", host.Lost, loss?.LostText);
                break;

            case LoadFormat.NetconsoleBasic:
                yield return Account("datagrams received", host.Sent, loss?.Received);
                yield return Account("datagrams of which nobody can know", host.Sent, loss?.Unknowable);
                yield return Account("datagrams said to be lost", 0, loss is null ? null : lost ?? 0);
                break;

            default:
                yield return Account("records received", host.Sent - host.Duplicates, loss?.Received);
                yield return Account("records lost", host.Lost, lost);
                yield return Account("records twice", host.Duplicates, loss?.Duplicates);
                yield return Account("records out of order", host.Late, loss?.Reordered);
                break;
        }

        LoadComparison Account(string what, long sent, long? counted) => new($"{what}, {(host.Name.Length > 0 ? host.Name + " " : "")}{host.Address}", sent, counted);
    }

    private static async Task<Dictionary<string, IReadOnlyDictionary<string, LoadedLoss>>> ReadAsync(LoadApi api, string network, CancellationToken cancellation)
    {
        // Several loads may have used different names for one address. They share its counts, so any of them will do.
        var hosts = (await api.HostIdsAsync(network, cancellation)).Where(host => host.Address.StartsWith(network, StringComparison.Ordinal)).DistinctBy(host => host.Address).ToArray();
        var accounts = new Dictionary<string, IReadOnlyDictionary<string, LoadedLoss>>(StringComparer.Ordinal);
        foreach (var some in hosts.Chunk(AtOnce))
        {
            var losses = await Task.WhenAll(some.Select(host => api.LossAsync(host.Id, cancellation)));
            foreach (var (host, loss) in some.Zip(losses))
            {
                accounts[host.Address] = loss;
            }
        }

        return accounts;
    }
}

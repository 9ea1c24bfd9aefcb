using Mayday.Protocol;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Hosts;

/// <summary>
/// Finds the host of each sender: by machine id first, then by name, then by address. An address that carried exactly one name in the last
/// day stands for that host. Missing hosts are created.
/// </summary>
internal sealed class HostResolver(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    /// <summary>
    /// How long a name stays valid for its address. A longer time would assign a reused DHCP lease to its previous machine.
    /// </summary>
    public static readonly TimeSpan NameLifetime = TimeSpan.FromDays(1);

    // Another writer may create the same host at the same time. The next look-up then finds its row.
    private const int MaxLooks = 5;

    private readonly Dictionary<string, KnownHost> _byMachine = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KnownHost> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KnownHost> _byAddress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(Guid HostId, DateTimeOffset NamedAt)>> _named = new(StringComparer.Ordinal);
    private readonly List<KnownHost> _new = [];
    private readonly List<(Guid HostId, string MachineId)> _adopted = [];

    /// <summary>Sets <see cref="HostEvidence.HostId"/> of all <paramref name="senders"/>.</summary>
    /// <returns>Named senders whose address is also a host. They may be the same machine (<see cref="HostMeeting"/>).</returns>
    public async Task<IReadOnlyList<(T Named, Guid AddressHost)>> ResolveAsync<T>(IReadOnlyList<T> senders, CancellationToken cancellation)
        where T : HostEvidence
    {
        for (var look = 0; look < MaxLooks; look++)
        {
            await LookUpAsync(senders, cancellation).ConfigureAwait(false);
            var suspects = senders
                .Where(sender => sender.IsNamed && sender.Address is not null && _byAddress.ContainsKey(sender.Address))
                .Select(sender => (sender, _byAddress[sender.Address!].Id))
                .ToArray();
            Decide(senders);
            if (await InsertAsync(cancellation).ConfigureAwait(false))
            {
                return suspects;
            }
        }

        throw new InvalidOperationException("Hosts kept changing under the writer.");
    }

    private async Task LookUpAsync(IReadOnlyList<HostEvidence> senders, CancellationToken cancellation)
    {
        _byMachine.Clear();
        _byName.Clear();
        _byAddress.Clear();
        _named.Clear();
        _new.Clear();
        _adopted.Clear();

        var addresses = senders.Select(sender => sender.AddressOrUnknown).Distinct().ToArray();
        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command(
                """
                SELECT id, machine_id, claimed_name, address_key FROM host
                WHERE machine_id = ANY($1) OR claimed_name = ANY($2) OR address_key = ANY($3)
                """,
                senders.Select(sender => sender.MachineId).OfType<string>().Distinct().ToArray(),
                senders.Select(sender => sender.ClaimedName).OfType<string>().Distinct().ToArray(),
                addresses));
            batch.BatchCommands.Add(Sql.Command(
                "SELECT address, host_id, named_at FROM host_address WHERE address = ANY($1) AND named_at >= $2",
                addresses,
                senders.Min(sender => sender.ReceivedAt) - NameLifetime));

            var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    Remember(new KnownHost(reader.GetGuid(0), reader.TextOrNull(1), reader.TextOrNull(2), reader.TextOrNull(3)));
                }

                await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    RememberName(reader.GetString(0), reader.GetGuid(1), reader.GetFieldValue<DateTimeOffset>(2));
                }
            }
        }
    }

    private void Decide(IReadOnlyList<HostEvidence> senders)
    {
        // Senders with a name come first: they tell which host their address is, which helps senders without a name.
        foreach (var sender in senders.Where(sender => sender.IsNamed))
        {
            var host = sender.MachineId is { } machine ? OfMachine(machine, sender) : OfName(sender.ClaimedName!, sender);
            sender.HostId = host.Id;
            if (sender.Address is { } address)
            {
                RememberName(address, host.Id, sender.ReceivedAt);
            }
        }

        foreach (var sender in senders.Where(sender => !sender.IsNamed))
        {
            sender.HostId = OnlyNameOf(sender) ?? OfAddress(sender.AddressOrUnknown, sender).Id;
        }
    }

    private KnownHost OfMachine(string machine, HostEvidence sender)
    {
        if (_byMachine.TryGetValue(machine, out var host))
        {
            return host;
        }

        // A machine that was known by its name before it got an agent keeps its history.
        if (sender.ClaimedName is { } name && _byName.TryGetValue(name, out host) && host.MachineId is null)
        {
            host = host with { MachineId = machine };
            _adopted.Add((host.Id, machine));
            Remember(host);
            return host;
        }

        return Make(sender, machine, sender.ClaimedName is { } free && !_byName.ContainsKey(free) ? free : null, addressKey: null);
    }

    private KnownHost OfName(string name, HostEvidence sender) =>
        _byName.TryGetValue(name, out var host) ? host : Make(sender, machineId: null, name, addressKey: null);

    private KnownHost OfAddress(string address, HostEvidence sender) =>
        _byAddress.TryGetValue(address, out var host) ? host : Make(sender, machineId: null, claimedName: null, address);

    private Guid? OnlyNameOf(HostEvidence sender)
    {
        if (sender.Address is null || !_named.TryGetValue(sender.Address, out var names))
        {
            return null;
        }

        Guid? only = null;
        foreach (var (hostId, namedAt) in names)
        {
            if ((sender.ReceivedAt - namedAt).Duration() > NameLifetime || hostId == only)
            {
                continue;
            }

            if (only is not null)
            {
                return null;
            }

            only = hostId;
        }

        return only;
    }

    private KnownHost Make(HostEvidence sender, string? machineId, string? claimedName, string? addressKey)
    {
        var host = new KnownHost(DumpId.At(sender.ReceivedAt), machineId, claimedName, addressKey)
        {
            Name = sender.ClaimedName ?? machineId ?? sender.AddressOrUnknown,
            SeenAt = sender.ReceivedAt,
        };
        _new.Add(host);
        Remember(host);
        return host;
    }

    private void Remember(KnownHost host)
    {
        if (host.MachineId is not null)
        {
            _byMachine[host.MachineId] = host;
        }

        if (host.ClaimedName is not null)
        {
            _byName[host.ClaimedName] = host;
        }

        if (host.AddressKey is not null)
        {
            _byAddress[host.AddressKey] = host;
        }
    }

    private void RememberName(string address, Guid hostId, DateTimeOffset namedAt)
    {
        if (!_named.TryGetValue(address, out var names))
        {
            _named[address] = names = [];
        }

        names.Add((hostId, namedAt));
    }

    /// <returns>False if another writer created one of the hosts in the meantime.</returns>
    private async Task<bool> InsertAsync(CancellationToken cancellation)
    {
        foreach (var (hostId, machineId) in _adopted.OrderBy(pair => pair.HostId))
        {
            await Sql.ExecuteAsync(connection, transaction, "UPDATE host SET machine_id = $2 WHERE id = $1", [hostId, machineId], cancellation).ConfigureAwait(false);
        }

        if (_new.Count == 0)
        {
            return true;
        }

        // Sorted, so that two writers with the same new hosts wait for each other instead of deadlocking.
        var ordered = _new.OrderBy(host => host.MachineId ?? host.ClaimedName ?? host.AddressKey, StringComparer.Ordinal).ToArray();
        var inserted = await Sql.ExecuteAsync(
            connection,
            transaction,
            """
            INSERT INTO host (id, name, machine_id, claimed_name, address_key, crash_count, dump_count, partial_dump_count, event_count, first_seen, last_seen)
            SELECT id, name, machine_id, claimed_name, address_key, 0, 0, 0, 0, seen, seen
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
                WITH ORDINALITY AS new(id, name, machine_id, claimed_name, address_key, seen, position)
            ORDER BY position
            ON CONFLICT DO NOTHING
            """,
            [ordered.Select(host => host.Id).ToArray(),
            ordered.Select(host => host.Name).ToArray(),
            ordered.Select(host => host.MachineId).ToArray(),
            ordered.Select(host => host.ClaimedName).ToArray(),
            ordered.Select(host => host.AddressKey).ToArray(),
            ordered.Select(host => host.SeenAt).ToArray()],
            cancellation).ConfigureAwait(false);
        return inserted == ordered.Length;
    }

    private sealed record KnownHost(Guid Id, string? MachineId, string? ClaimedName, string? AddressKey)
    {
        public string Name { get; init; } = "";

        public DateTimeOffset SeenAt { get; init; }
    }
}

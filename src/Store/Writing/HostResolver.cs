using System.Net;
using Npgsql;

namespace Mayday.Store;

/// <summary>
/// Says which host a dump is of: a machine id beats a name beats an address; an address that carried exactly one name in the last day
/// stands for that host. Hosts that do not exist are made.
/// </summary>
internal sealed class HostResolver(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    /// <summary>How long a name speaks for its address: longer would give a reused DHCP lease to the machine that had it before.</summary>
    public static readonly TimeSpan NameLifetime = TimeSpan.FromDays(1);

    // Another writer may make the same host at the same time; then its row is there on the second look.
    private const int MaxLooks = 5;

    private readonly Dictionary<string, KnownHost> _byMachine = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KnownHost> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KnownHost> _byAddress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(Guid HostId, DateTimeOffset NamedAt)>> _named = new(StringComparer.Ordinal);
    private readonly List<KnownHost> _new = [];
    private readonly List<(Guid HostId, string MachineId)> _adopted = [];

    /// <summary>Named dumps from an address that is a host of its own: perhaps the same machine (<see cref="HostMeeting"/>).</summary>
    public IReadOnlyList<(PendingDump Dump, Guid AddressHost)> Suspects { get; private set; } = [];

    /// <summary>Sets <see cref="PendingDump.HostId"/> of every dump.</summary>
    public async Task ResolveAsync(IReadOnlyList<PendingDump> dumps, CancellationToken cancellation)
    {
        for (var look = 0; look < MaxLooks; look++)
        {
            await LookUpAsync(dumps, cancellation).ConfigureAwait(false);
            Suspects = [.. dumps
                .Where(dump => dump.IsNamed && dump.Address is not null && _byAddress.ContainsKey(dump.Address))
                .Select(dump => (dump, _byAddress[dump.Address!].Id))];
            Decide(dumps);
            if (await InsertAsync(cancellation).ConfigureAwait(false))
            {
                return;
            }
        }

        throw new InvalidOperationException("Hosts kept changing under the writer.");
    }

    /// <summary>IPv4 senders are shown dotted, whatever socket they came through; interface scopes are local to the collector.</summary>
    public static string? Canonical(IPAddress? address) => address switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6, ScopeId: not 0 } => new IPAddress(address.GetAddressBytes()).ToString(),
        _ => address.ToString(),
    };

    private async Task LookUpAsync(IReadOnlyList<PendingDump> dumps, CancellationToken cancellation)
    {
        _byMachine.Clear();
        _byName.Clear();
        _byAddress.Clear();
        _named.Clear();
        _new.Clear();
        _adopted.Clear();

        var addresses = dumps.Select(dump => dump.AddressOrUnknown).Distinct().ToArray();
        var batch = new NpgsqlBatch(connection, transaction);
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(Sql.Command(
                """
                SELECT id, machine_id, claimed_name, address_key FROM host
                WHERE machine_id = ANY($1) OR claimed_name = ANY($2) OR address_key = ANY($3)
                """,
                dumps.Select(dump => dump.MachineId).OfType<string>().Distinct().ToArray(),
                dumps.Select(dump => dump.ClaimedName).OfType<string>().Distinct().ToArray(),
                addresses));
            batch.BatchCommands.Add(Sql.Command(
                "SELECT address, host_id, named_at FROM host_address WHERE address = ANY($1) AND named_at >= $2",
                addresses,
                dumps.Min(dump => dump.ReceivedAt) - NameLifetime));

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

    private void Decide(IReadOnlyList<PendingDump> dumps)
    {
        // Names first: what they say of their addresses helps the nameless dumps of the same batch.
        foreach (var dump in dumps.Where(dump => dump.IsNamed))
        {
            var host = dump.MachineId is { } machine ? OfMachine(machine, dump) : OfName(dump.ClaimedName!, dump);
            dump.HostId = host.Id;
            if (dump.Address is { } address)
            {
                RememberName(address, host.Id, dump.ReceivedAt);
            }
        }

        foreach (var dump in dumps.Where(dump => !dump.IsNamed))
        {
            dump.HostId = OnlyNameOf(dump) ?? OfAddress(dump.AddressOrUnknown, dump).Id;
        }
    }

    private KnownHost OfMachine(string machine, PendingDump dump)
    {
        if (_byMachine.TryGetValue(machine, out var host))
        {
            return host;
        }

        // A machine that was known by its name before it got an agent keeps its history.
        if (dump.ClaimedName is { } name && _byName.TryGetValue(name, out host) && host.MachineId is null)
        {
            host = host with { MachineId = machine };
            _adopted.Add((host.Id, machine));
            Remember(host);
            return host;
        }

        return Make(dump, machine, dump.ClaimedName is { } free && !_byName.ContainsKey(free) ? free : null, addressKey: null);
    }

    private KnownHost OfName(string name, PendingDump dump) =>
        _byName.TryGetValue(name, out var host) ? host : Make(dump, machineId: null, name, addressKey: null);

    private KnownHost OfAddress(string address, PendingDump dump) =>
        _byAddress.TryGetValue(address, out var host) ? host : Make(dump, machineId: null, claimedName: null, address);

    private Guid? OnlyNameOf(PendingDump dump)
    {
        if (dump.Address is null || !_named.TryGetValue(dump.Address, out var names))
        {
            return null;
        }

        Guid? only = null;
        foreach (var (hostId, namedAt) in names)
        {
            if ((dump.ReceivedAt - namedAt).Duration() > NameLifetime || hostId == only)
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

    private KnownHost Make(PendingDump dump, string? machineId, string? claimedName, string? addressKey)
    {
        var host = new KnownHost(DumpId.At(dump.ReceivedAt), machineId, claimedName, addressKey)
        {
            Name = dump.ClaimedName ?? machineId ?? dump.AddressOrUnknown,
            SeenAt = dump.ReceivedAt,
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

    /// <returns>False when another writer made one of the hosts meanwhile.</returns>
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

        // Always in the same order, so that two writers with the same new hosts wait for each other instead of deadlocking.
        var ordered = _new.OrderBy(host => host.MachineId ?? host.ClaimedName ?? host.AddressKey, StringComparer.Ordinal).ToArray();
        var inserted = await Sql.ExecuteAsync(
            connection,
            transaction,
            """
            INSERT INTO host (id, name, machine_id, claimed_name, address_key, crash_count, dump_count, partial_dump_count, first_seen, last_seen)
            SELECT id, name, machine_id, claimed_name, address_key, 0, 0, 0, seen, seen
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

using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Hosts;

/// <summary>The changes of a batch to the addresses that its hosts sent from.</summary>
internal sealed class AddressDeltas
{
    private readonly Dictionary<(Guid Host, string Address), AddressDelta> _addresses = [];

    public void Add(HostEvidence sender, DateTimeOffset first, DateTimeOffset last)
    {
        if (sender.Address is not { } address)
        {
            return;
        }

        if (!_addresses.TryGetValue((sender.HostId, address), out var delta))
        {
            _addresses[(sender.HostId, address)] = delta = new AddressDelta { First = first, Last = last };
        }

        delta.First = first < delta.First ? first : delta.First;
        delta.Last = last > delta.Last ? last : delta.Last;
        if (sender.IsNamed)
        {
            delta.ClaimedName = sender.ClaimedName ?? delta.ClaimedName;
            delta.NamedAt = delta.NamedAt > last ? delta.NamedAt : last;
        }
    }

    public IEnumerable<NpgsqlBatchCommand> Commands()
    {
        var addresses = _addresses.ToArray();
        yield return Sql.Command(
            """
            INSERT INTO host_address (host_id, address, claimed_name, named_at, first_seen, last_seen)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
            ON CONFLICT (host_id, address) DO UPDATE SET
                claimed_name = coalesce(excluded.claimed_name, host_address.claimed_name),
                named_at = greatest(host_address.named_at, excluded.named_at),
                first_seen = least(host_address.first_seen, excluded.first_seen),
                last_seen = greatest(host_address.last_seen, excluded.last_seen)
            """,
            addresses.Select(pair => pair.Key.Host).ToArray(),
            addresses.Select(pair => pair.Key.Address).ToArray(),
            addresses.Select(pair => pair.Value.ClaimedName).ToArray(),
            addresses.Select(pair => pair.Value.NamedAt).ToArray(),
            addresses.Select(pair => pair.Value.First).ToArray(),
            addresses.Select(pair => pair.Value.Last).ToArray());
    }

    private sealed class AddressDelta
    {
        public string? ClaimedName { get; set; }

        public DateTimeOffset? NamedAt { get; set; }

        public required DateTimeOffset First { get; set; }

        public required DateTimeOffset Last { get; set; }
    }
}

using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Hosts;

/// <summary>Queries for hosts: lists, and one host with its addresses, bugs and losses.</summary>
public sealed class HostQueries(NpgsqlDataSource source, TimeProvider time) : SqlQueries(source, time)
{
    private const string HostOrder = "lastSeen";
    private const int MaxAddressHistory = 200;
    private const int MaxHostBugs = 100;

    private const string HostColumns =
        """
        h.id, h.name, h.kernel_release, h.crash_count, h.dump_count, h.partial_dump_count, h.first_seen, h.last_seen, h.last_crash_at, h.last_crash_title,
        ARRAY(SELECT address FROM host_address a WHERE a.host_id = h.id ORDER BY a.last_seen DESC, a.address LIMIT 8),
        h.event_count, h.last_event_at
        """;

    /// <summary>Last seen first. Throws <see cref="InvalidCursorException"/> for a cursor that is not from this list.</summary>
    public async Task<Page<HostItem>> ListHostsAsync(HostFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var limit = Limit(page.Limit);
        if (await ConditionsOfAsync(filter, cancellation).ConfigureAwait(false) is not { } conditions)
        {
            return new Page<HostItem>([], null);
        }

        if (page.Cursor is not null)
        {
            var (key, id) = Cursor.ReadKey(page.Cursor, HostOrder);
            conditions.Add("(h.last_seen, h.id) < ({0}, {1})", Microseconds.ToTime(key), id);
        }

        var rows = await ReadHostsAsync(conditions, $"LIMIT {limit + 1}", cancellation).ConfigureAwait(false);
        return rows.Count > limit
            ? new Page<HostItem>(rows[..limit], Cursor.Of(HostOrder, Microseconds.Of(rows[limit - 1].LastSeen), rows[limit - 1].Id))
            : new Page<HostItem>(rows, null);
    }

    public async Task<(IReadOnlyList<HostItem> Items, int Total)> SliceHostsAsync(HostFilter filter, int offset, int count, CancellationToken cancellation)
    {
        if (await ConditionsOfAsync(filter, cancellation).ConfigureAwait(false) is not { } conditions)
        {
            return ([], 0);
        }

        var total = await CountAsync(conditions.Command(Source, $"SELECT count(*) FROM host h {conditions.Where}"), cancellation).ConfigureAwait(false);
        return (await ReadHostsAsync(conditions, $"LIMIT {Limit(count)} OFFSET {Math.Max(0, offset)}", cancellation).ConfigureAwait(false), total);
    }

    public async Task<HostDetail?> FindHostAsync(Guid id, CancellationToken cancellation)
    {
        var found = await ReadAsync($"SELECT {HostColumns} FROM host h WHERE h.id = $1", [id], ReadHostDetail, cancellation).ConfigureAwait(false);
        if (found is not [var host])
        {
            return null;
        }

        return host with
        {
            AddressHistory = await ReadAsync(
                $"""
                SELECT address, claimed_name, first_seen, last_seen FROM host_address
                WHERE host_id = $1 ORDER BY last_seen DESC, address LIMIT {MaxAddressHistory}
                """,
                [id],
                row => new HostAddress(row.GetString(0), row.TextOrNull(1), row.GetFieldValue<DateTimeOffset>(2), row.GetFieldValue<DateTimeOffset>(3)),
                cancellation).ConfigureAwait(false),
            Bugs = await ReadAsync(
                $"""
                SELECT b.id, b.title, b.function, bh.crash_count, bh.last_seen FROM bug_host bh JOIN bug b ON b.id = bh.bug_id
                WHERE bh.host_id = $1 ORDER BY bh.last_seen DESC, b.id LIMIT {MaxHostBugs}
                """,
                [id],
                row => new HostBug(row.GetGuid(0), row.GetString(1), row.TextOrNull(2), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(4)),
                cancellation).ConfigureAwait(false),
            Loss = await ReadHostLossAsync(id, cancellation).ConfigureAwait(false),
        };
    }

    private Task<List<HostItem>> ReadHostsAsync(Conditions conditions, string window, CancellationToken cancellation) => ReadAsync(
        conditions.Command(Source, $"SELECT {HostColumns} FROM host h {conditions.Where} ORDER BY h.last_seen DESC, h.id DESC {window}"),
        ReadHost,
        cancellation);

    /// <returns>Null when nothing can match: the filter names a host that there is not.</returns>
    private async Task<Conditions?> ConditionsOfAsync(HostFilter filter, CancellationToken cancellation)
    {
        var conditions = new Conditions();
        conditions.AddIf(filter.KernelRelease, "h.kernel_release = {0}");
        conditions.AddIf(filter.Since?.ToUniversalTime(), "h.last_seen >= {0}");
        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            var text = filter.Text.Trim();
            conditions.Add(
                "(h.name ILIKE {0} OR h.id IN (SELECT host_id FROM host_address WHERE address LIKE {1}))",
                Conditions.Anywhere(text.TrimEnd('*')),
                Conditions.StartingWith(text.TrimEnd('*')));
        }

        return filter.Filter is not { } written
            || await HostSearch.AddAsync(Source, conditions, written, HostFields.Sql, Time.GetUtcNow(), cancellation).ConfigureAwait(false)
            ? conditions
            : null;
    }

    private static HostItem ReadHost(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Name = row.GetString(1),
        KernelRelease = row.TextOrNull(2),
        CrashCount = row.GetInt64(3),
        DumpCount = row.GetInt64(4),
        FirstSeen = row.GetFieldValue<DateTimeOffset>(6),
        LastSeen = row.GetFieldValue<DateTimeOffset>(7),
        LastCrashAt = row.ValueOrNull<DateTimeOffset>(8),
        LastCrashTitle = row.TextOrNull(9),
        Addresses = row.GetFieldValue<string[]>(10),
        EventCount = row.GetInt64(11),
        LastEventAt = row.ValueOrNull<DateTimeOffset>(12),
    };

    private static HostDetail ReadHostDetail(NpgsqlDataReader row)
    {
        var host = ReadHost(row);
        return new HostDetail
        {
            Id = host.Id,
            Name = host.Name,
            KernelRelease = host.KernelRelease,
            CrashCount = host.CrashCount,
            DumpCount = host.DumpCount,
            EventCount = host.EventCount,
            LastEventAt = host.LastEventAt,
            FirstSeen = host.FirstSeen,
            LastSeen = host.LastSeen,
            LastCrashAt = host.LastCrashAt,
            LastCrashTitle = host.LastCrashTitle,
            Addresses = host.Addresses,
            PartialDumps = row.GetInt64(5),
        };
    }

    // Packets are counted by address, so machines behind one address share these counts.
    private Task<List<HostLoss>> ReadHostLossAsync(Guid host, CancellationToken cancellation) => ReadAsync(
        """
        SELECT l.transport, sum(l.received)::bigint, sum(l.lost)::bigint, sum(l.lost_text)::bigint, sum(l.duplicates)::bigint, sum(l.reordered)::bigint,
            sum(l.unknowable)::bigint, min(l.first_at), max(l.last_at)
        FROM sender_loss l WHERE l.address IN (SELECT address FROM host_address WHERE host_id = $1) GROUP BY l.transport ORDER BY l.transport
        """,
        [host],
        row =>
        {
            var (received, lost, unknowable) = (row.GetInt64(1), row.GetInt64(2), row.GetInt64(6));
            var isTold = lost != 0 || unknowable < received;
            return new HostLoss
            {
                Transport = row.GetString(0),
                Received = received,
                Lost = isTold ? lost : null,
                LostText = isTold ? row.GetInt64(3) : null,
                Duplicates = row.GetInt64(4),
                Reordered = row.GetInt64(5),
                Unknowable = unknowable,
                FirstAt = row.GetFieldValue<DateTimeOffset>(7),
                LastAt = row.GetFieldValue<DateTimeOffset>(8),
            };
        },
        cancellation);
}

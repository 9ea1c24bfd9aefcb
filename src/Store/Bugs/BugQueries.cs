using System.Globalization;
using Mayday.Analysis;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Bugs;

/// <summary>Queries for bugs: lists, one bug with its hosts and releases, similar bugs, storms.</summary>
public sealed partial class BugQueries(NpgsqlDataSource source, TimeProvider time) : SqlQueries(source, time)
{
    private const int TrendDays = 14;

    // The bug page lists at most this many hosts and releases. The crash list, filtered by bug, shows all.
    private const int MaxBugHosts = 100;
    private const int MaxBugReleases = 50;

    private const string BugColumns =
        """
        b.id, b.title, b.kind, b.class, b.function, b.module, b.crash_count, b.host_count, b.fatal_count, b.first_seen, b.last_seen,
        b.first_kernel_release, b.last_kernel_release
        """;

    /// <summary>
    /// Newest first unless the filter sorts otherwise. Throws <see cref="InvalidCursorException"/> for a cursor that is not from this list.
    /// </summary>
    public async Task<Page<BugItem>> ListBugsAsync(BugFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var limit = Limit(page.Limit);
        var order = BugOrder.Of(filter.Sort);
        if (await ConditionsOfAsync(filter, cancellation).ConfigureAwait(false) is not { } conditions)
        {
            return new Page<BugItem>([], null);
        }

        if (page.Cursor is not null)
        {
            var (key, id) = Cursor.ReadKey(page.Cursor, order.Name);
            conditions.Add($"(b.{order.Column}, b.id) < ({{0}}, {{1}})", order.IsTime ? Microseconds.ToTime(key) : key, id);
        }

        var rows = await ReadBugsAsync(conditions, order, $"LIMIT {limit + 1}", cancellation).ConfigureAwait(false);
        return rows.Count > limit
            ? new Page<BugItem>(rows[..limit], Cursor.Of(order.Name, order.Key(rows[limit - 1]), rows[limit - 1].Id))
            : new Page<BugItem>(rows, null);
    }

    public async Task<(IReadOnlyList<BugItem> Items, int Total)> SliceBugsAsync(BugFilter filter, int offset, int count, CancellationToken cancellation)
    {
        if (await ConditionsOfAsync(filter, cancellation).ConfigureAwait(false) is not { } conditions)
        {
            return ([], 0);
        }

        var total = await CountAsync(conditions.Command(Source, $"SELECT count(*) FROM bug b {conditions.Where}"), cancellation).ConfigureAwait(false);
        var window = $"LIMIT {Limit(count)} OFFSET {Math.Max(0, offset)}";
        return (await ReadBugsAsync(conditions, BugOrder.Of(filter.Sort), window, cancellation).ConfigureAwait(false), total);
    }

    public async Task<BugDetail?> FindBugAsync(Guid id, CancellationToken cancellation)
    {
        var found = await ReadAsync(
            $"""
            SELECT {BugColumns}, b.signature, b.signature_hash, nullif(own.bug_id, b.id), EXISTS (SELECT 1 FROM bug_alias a WHERE a.bug_id = b.id)
            FROM bug b LEFT JOIN bug_alias own ON own.signature_hash = b.signature_hash WHERE b.id = $1
            """,
            [id],
            row => (Item: ReadBug(row), Signature: row.GetString(13), Hash: row.GetString(14), MergedInto: row.ValueOrNull<Guid>(15), Decided: row.GetBoolean(16)),
            cancellation).ConfigureAwait(false);
        if (found is not [var (item, signature, hash, mergedInto, decided)])
        {
            return null;
        }

        var trend = await TrendsAsync([id], cancellation).ConfigureAwait(false);
        return new BugDetail
        {
            Id = item.Id,
            Title = item.Title,
            Kind = item.Kind,
            Class = item.Class,
            Function = item.Function,
            Module = item.Module,
            CrashCount = item.CrashCount,
            HostCount = item.HostCount,
            FatalCount = item.FatalCount,
            FirstSeen = item.FirstSeen,
            LastSeen = item.LastSeen,
            FirstKernelRelease = item.FirstKernelRelease,
            LastKernelRelease = item.LastKernelRelease,
            Trend = trend[id],
            Signature = signature,
            SignatureHash = hash,
            MergedInto = mergedInto,
            Signatures = decided ? await SignaturesAsync(id, cancellation).ConfigureAwait(false)
                : mergedInto is null ? [new BugSignature(hash, item.Title, item.CrashCount)] : [],
            KernelReleases = await ReadAsync(
                $"SELECT kernel_release, crash_count FROM bug_release WHERE bug_id = $1 ORDER BY crash_count DESC, kernel_release LIMIT {MaxBugReleases}",
                [id],
                row => new CountedName(row.GetString(0), row.GetInt64(1)),
                cancellation).ConfigureAwait(false),
            Hosts = await ReadAsync(
                $"""
                SELECT h.id, h.name, bh.crash_count, bh.last_seen FROM bug_host bh JOIN host h ON h.id = bh.host_id
                WHERE bh.bug_id = $1 ORDER BY bh.last_seen DESC, h.id LIMIT {MaxBugHosts}
                """,
                [id],
                row => new BugHost(row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetFieldValue<DateTimeOffset>(3)),
                cancellation).ConfigureAwait(false),
        };
    }

    /// <summary>Runs only for bugs that a person decided about. There are few of them, and the query has to count their crashes.</summary>
    private Task<List<BugSignature>> SignaturesAsync(Guid id, CancellationToken cancellation) => ReadAsync(
        """
        SELECT hash, coalesce(max(counted.title), max(named.title), hash), coalesce(max(counted.crashes), 0) AS crashes
        FROM (SELECT signature_hash AS hash FROM bug_alias WHERE bug_id = $1) AS decided
        FULL JOIN (SELECT signature_hash AS hash, max(title) AS title, count(*) AS crashes FROM crash WHERE bug_id = $1 GROUP BY signature_hash) AS counted USING (hash)
        LEFT JOIN bug named ON named.signature_hash = hash
        GROUP BY hash ORDER BY crashes DESC, hash
        """,
        [id],
        row => new BugSignature(row.GetString(0), row.GetString(1), row.GetInt64(2)),
        cancellation);

    private async Task<List<BugItem>> ReadBugsAsync(Conditions conditions, BugOrder order, string window, CancellationToken cancellation)
    {
        var rows = await ReadAsync(
            conditions.Command(Source, $"SELECT {BugColumns} FROM bug b {conditions.Where} ORDER BY b.{order.Column} DESC, b.id DESC {window}"),
            ReadBug,
            cancellation).ConfigureAwait(false);
        var trends = await TrendsAsync([.. rows.Select(row => row.Id)], cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row with { Trend = trends[row.Id] })];
    }

    private async Task<Conditions?> ConditionsOfAsync(BugFilter filter, CancellationToken cancellation)
    {
        var conditions = new Conditions();
        // A bug whose crashes all moved to other bugs is hidden.
        conditions.Add("b.crash_count > 0");
        if (!string.IsNullOrWhiteSpace(filter.Host))
        {
            var hosts = await HostSearch.FindAsync(Source, filter.Host, cancellation).ConfigureAwait(false);
            if (hosts.Length == 0)
            {
                return null;
            }

            conditions.Add("b.id IN (SELECT bug_id FROM bug_host WHERE host_id = ANY({0}))", hosts);
        }

        conditions.AddIf(filter.Kind is { } kind ? EnumWords.Of(kind) : null, "b.kind = {0}");
        conditions.AddIf(filter.Function, "b.function = {0}");
        conditions.AddIf(filter.Since?.ToUniversalTime(), "b.last_seen >= {0}");
        conditions.AddIf(filter.Until?.ToUniversalTime(), "b.first_seen < {0}");
        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            conditions.Add("(b.title ILIKE {0} OR b.function ILIKE {0} OR b.signature ILIKE {0})", Conditions.Anywhere(filter.Text.Trim()));
        }

        return filter.Filter is not { } written
            || await HostSearch.AddAsync(Source, conditions, written, BugFields.Sql, Time.GetUtcNow(), cancellation).ConfigureAwait(false)
            ? conditions
            : null;
    }

    /// <summary>Crashes per day, oldest first, with zeros for days without crashes.</summary>
    private async Task<Dictionary<Guid, long[]>> TrendsAsync(Guid[] bugs, CancellationToken cancellation)
    {
        var first = DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime).AddDays(1 - TrendDays);
        var trends = bugs.ToDictionary(id => id, _ => new long[TrendDays]);
        if (bugs.Length > 0)
        {
            foreach (var (bug, day, count) in await ReadAsync(
                "SELECT bug_id, day, crash_count FROM bug_day WHERE bug_id = ANY($1) AND day >= $2 AND day < $3",
                [bugs, first, first.AddDays(TrendDays)],
                row => (row.GetGuid(0), row.GetFieldValue<DateOnly>(1), row.GetInt64(2)),
                cancellation).ConfigureAwait(false))
            {
                trends[bug][day.DayNumber - first.DayNumber] = count;
            }
        }

        return trends;
    }

    private static BugItem ReadBug(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Title = row.GetString(1),
        Kind = EnumWords.Parse<CrashKind>(row.GetString(2)),
        Class = EnumWords.Parse<CrashClass>(row.GetString(3)),
        Function = row.TextOrNull(4),
        Module = row.TextOrNull(5),
        CrashCount = row.GetInt64(6),
        HostCount = row.GetInt64(7),
        FatalCount = row.GetInt64(8),
        FirstSeen = row.GetFieldValue<DateTimeOffset>(9),
        LastSeen = row.GetFieldValue<DateTimeOffset>(10),
        FirstKernelRelease = row.TextOrNull(11),
        LastKernelRelease = row.TextOrNull(12),
    };

    /// <summary>One sort order of the bug list. Each order has its own index.</summary>
    private sealed record BugOrder(string Name, string Column, bool IsTime, Func<BugItem, long> Key)
    {
        private static readonly BugOrder s_lastSeen = new("lastSeen", "last_seen", true, bug => Microseconds.Of(bug.LastSeen));
        private static readonly BugOrder s_firstSeen = new("firstSeen", "first_seen", true, bug => Microseconds.Of(bug.FirstSeen));
        private static readonly BugOrder s_crashes = new("crashes", "crash_count", false, bug => bug.CrashCount);
        private static readonly BugOrder s_hosts = new("hosts", "host_count", false, bug => bug.HostCount);

        public static BugOrder Of(string? name) => name switch
        {
            "firstSeen" => s_firstSeen,
            "crashes" => s_crashes,
            "hosts" => s_hosts,
            _ => s_lastSeen,
        };
    }
}

/// <summary>Times in cursors: microseconds since the Unix epoch, the precision of Postgres timestamps.</summary>
internal static class Microseconds
{
    public static long Of(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long microseconds)
    {
        // Cursors are untrusted input. A number outside the range of times is an invalid cursor.
        var ticks = (Int128)microseconds * TimeSpan.TicksPerMicrosecond + DateTimeOffset.UnixEpoch.Ticks;
        return ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks
            ? new DateTimeOffset((long)ticks, TimeSpan.Zero)
            : throw new InvalidCursorException(string.Create(CultureInfo.InvariantCulture, $"The cursor's time {microseconds} does not exist."));
    }
}

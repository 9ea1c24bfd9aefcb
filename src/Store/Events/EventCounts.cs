using System.Runtime.InteropServices;
using Mayday.Protocol;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Events;

/// <summary>
/// The changes of a batch to the counts that pages show, summed in memory and then added to the rows, one statement per table.
/// </summary>
internal sealed class EventCounts
{
    private readonly Dictionary<long, FormatDelta> _formats = [];
    private readonly Dictionary<Guid, HostDelta> _hosts = [];
    private readonly Dictionary<(long Format, Guid Host), (long Count, DateTimeOffset Seen)> _formatHosts = [];
    private readonly Dictionary<(long Format, long Hour), long> _hours = [];
    private long _events;

    public IReadOnlyCollection<Guid> Hosts => _hosts.Keys;

    public IReadOnlyCollection<long> Formats => _formats.Keys;

    public void Add(PendingEvent pending)
    {
        var (format, host, at) = (pending.FormatId, pending.Sender.HostId, pending.ReceivedAt);
        _events += pending.Count;
        if (!_formats.TryGetValue(format, out var delta))
        {
            _formats[format] = delta = new FormatDelta { First = at, Last = at, Sample = pending.Text };
        }

        delta.Add(pending);
        if (!_hosts.TryGetValue(host, out var hostDelta))
        {
            _hosts[host] = hostDelta = new HostDelta { First = at, Last = at };
        }

        hostDelta.Count += pending.Count;
        hostDelta.First = at < hostDelta.First ? at : hostDelta.First;
        hostDelta.Last = at > hostDelta.Last ? at : hostDelta.Last;

        // A new entry starts with the smallest possible time.
        ref var formatHost = ref CollectionsMarshal.GetValueRefOrAddDefault(_formatHosts, (format, host), out _);
        formatHost = (formatHost.Count + pending.Count, formatHost.Seen > at ? formatHost.Seen : at);
        CollectionsMarshal.GetValueRefOrAddDefault(_hours, (format, at.UtcTicks / TimeSpan.TicksPerHour), out _) += pending.Count;
    }

    /// <summary>Sets the stored counts of an argument's values. The row is locked.</summary>
    public void AddStored(long format, short position, string spread) => _formats[format].AddStored(position, spread);

    /// <summary>Builds the statements. The batch has already locked hosts and formats.</summary>
    public IEnumerable<NpgsqlBatchCommand> Commands()
    {
        yield return Sql.Command(
            """
            UPDATE host SET
                event_count = event_count + delta.events,
                last_event_at = greatest(last_event_at, delta.last),
                first_seen = least(first_seen, delta.first),
                last_seen = greatest(last_seen, delta.last)
            FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::timestamptz[]) AS delta(id, events, first, last)
            WHERE host.id = delta.id
            """,
            _hosts.Keys.ToArray(),
            _hosts.Values.Select(host => host.Count).ToArray(),
            _hosts.Values.Select(host => host.First).ToArray(),
            _hosts.Values.Select(host => host.Last).ToArray());
        // The count of hosts depends on which rows are new, so the same statement updates the formats.
        yield return Sql.Command(
            """
            WITH delta AS (
                SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::timestamptz[]) AS delta(format_id, host_id, events, seen)
            ), counted AS (
                INSERT INTO event_format_host (format_id, host_id, event_count, last_seen)
                SELECT format_id, host_id, events, seen FROM delta
                ON CONFLICT (format_id, host_id) DO UPDATE
                SET event_count = event_format_host.event_count + excluded.event_count, last_seen = greatest(event_format_host.last_seen, excluded.last_seen)
                RETURNING format_id, xmax = 0 AS is_new
            ), hosts AS (
                SELECT format_id, count(*) FILTER (WHERE is_new) AS added FROM counted GROUP BY format_id
            )
            UPDATE event_format f SET
                event_count = f.event_count + new.events,
                host_count = f.host_count + hosts.added,
                severity = least(f.severity, new.severity),
                sample = CASE WHEN new.last >= f.last_seen OR f.sample = '' THEN new.sample ELSE f.sample END,
                first_seen = least(f.first_seen, new.first),
                last_seen = greatest(f.last_seen, new.last)
            FROM unnest($5::bigint[], $6::bigint[], $7::smallint[], $8::text[], $9::timestamptz[], $10::timestamptz[])
                AS new(id, events, severity, sample, first, last)
            JOIN hosts ON hosts.format_id = new.id
            WHERE f.id = new.id
            """,
            _formatHosts.Keys.Select(key => key.Format).ToArray(),
            _formatHosts.Keys.Select(key => key.Host).ToArray(),
            _formatHosts.Values.Select(value => value.Count).ToArray(),
            _formatHosts.Values.Select(value => value.Seen).ToArray(),
            _formats.Keys.ToArray(),
            _formats.Values.Select(format => format.Count).ToArray(),
            _formats.Values.Select(format => format.Severity).ToArray(),
            _formats.Values.Select(format => StoredText.Clean(format.Sample, StoredText.MaxTitle)).ToArray(),
            _formats.Values.Select(format => format.First).ToArray(),
            _formats.Values.Select(format => format.Last).ToArray());
        yield return Sql.Command(
            """
            INSERT INTO event_format_hour (format_id, hour, event_count)
            SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::bigint[])
            ON CONFLICT (format_id, hour) DO UPDATE SET event_count = event_format_hour.event_count + excluded.event_count
            """,
            _hours.Keys.Select(key => key.Format).ToArray(),
            _hours.Keys.Select(key => new DateTimeOffset(key.Hour * TimeSpan.TicksPerHour, TimeSpan.Zero)).ToArray(),
            _hours.Values.ToArray());
        var days = _hours.GroupBy(pair => (pair.Key.Format, Day: pair.Key.Hour / 24)).Select(day => (day.Key.Format, day.Key.Day, Count: day.Sum(hour => hour.Value))).ToArray();
        yield return Sql.Command(
            """
            INSERT INTO event_format_day (format_id, day, event_count)
            SELECT * FROM unnest($1::bigint[], $2::date[], $3::bigint[])
            ON CONFLICT (format_id, day) DO UPDATE SET event_count = event_format_day.event_count + excluded.event_count
            """,
            days.Select(day => day.Format).ToArray(),
            days.Select(day => DateOnly.FromDayNumber((int)day.Day)).ToArray(),
            days.Select(day => day.Count).ToArray());
        if (ArgumentsCommand() is { } arguments)
        {
            yield return arguments;
        }
    }

    public NpgsqlBatchCommand Notify() => Sql.Command(
        "SELECT pg_notify($1, $2)",
        EventNotification.Channel,
        StoredJson.Write(new EventNotification
        {
            Events = _events,
            Gravest = _formats.Values.Min(format => format.Severity),
            HostIds = [.. _hosts.Keys.Take(EventNotification.MaxIds)],
            FormatIds = [.. _formats.Keys.Take(EventNotification.MaxIds)],
        }));

    private NpgsqlBatchCommand? ArgumentsCommand()
    {
        var arguments = _formats.SelectMany(format => format.Value.Arguments.Select((argument, position) => (Format: format.Key, Position: (short)position, Argument: argument)))
            .Where(argument => argument.Argument.IsChanged)
            .ToArray();
        return arguments.Length == 0
            ? null
            : Sql.Command(
                """
                INSERT INTO event_format_argument (format_id, position, kind, conversion, name, spread)
                SELECT format_id, position, kind, conversion, name, spread::jsonb
                FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[]) AS new(format_id, position, kind, conversion, name, spread)
                ON CONFLICT (format_id, position) DO UPDATE SET name = coalesce(excluded.name, event_format_argument.name), spread = excluded.spread
                """,
                arguments.Select(argument => argument.Format).ToArray(),
                arguments.Select(argument => argument.Position).ToArray(),
                arguments.Select(argument => EnumWords.Of(argument.Argument.Kind)).ToArray(),
                arguments.Select(argument => StoredText.Clean(argument.Argument.Conversion, StoredText.MaxWord)).ToArray(),
                arguments.Select(argument => StoredText.CleanOrNull(argument.Argument.Name, StoredText.MaxWord)).ToArray(),
                arguments.Select(argument => argument.Argument.Write()).ToArray());
    }

    private sealed class HostDelta
    {
        public long Count { get; set; }

        public required DateTimeOffset First { get; set; }

        public required DateTimeOffset Last { get; set; }
    }

    private sealed class FormatDelta
    {
        private readonly List<ArgumentSpread> _arguments = [];

        public long Count { get; private set; }

        public short Severity { get; private set; } = short.MaxValue;

        public required DateTimeOffset First { get; set; }

        public required DateTimeOffset Last { get; set; }

        public required string Sample { get; set; }

        public IReadOnlyList<ArgumentSpread> Arguments => _arguments;

        public void Add(PendingEvent pending)
        {
            var at = pending.ReceivedAt;
            Count += pending.Count;
            Severity = Math.Min(Severity, pending.Severity);
            First = at < First ? at : First;
            if (at >= Last)
            {
                Last = at;
                Sample = pending.Text;
            }

            // Events in the overflow row come from different formats, so their arguments are not comparable.
            var count = pending.IsUncatalogued ? 0 : Math.Min(pending.Arguments.Count, ArgumentSpread.MaxArguments);
            for (var i = 0; i < count; i++)
            {
                if (i == _arguments.Count)
                {
                    _arguments.Add(new ArgumentSpread(pending.Arguments[i]));
                }

                _arguments[i].Add(pending.Arguments[i], pending.Count);
            }
        }

        public void AddStored(short position, string spread)
        {
            if (position < _arguments.Count)
            {
                _arguments[position].AddStored(spread);
            }
        }
    }
}

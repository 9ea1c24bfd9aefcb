using Mayday.Protocol;
using Mayday.Store.Events.Filtering;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Events;

/// <summary>
/// Searches that no index supports: "text contains x" has to read every event of its time range. A trigram index would cost more than all
/// other work of storing an event. So such a search reads the events in slices, newest first, until its time limit. The results found by
/// then are the answer, and the next page continues at the end of the last slice.
/// </summary>
public sealed partial class EventQueries
{
    /// <summary>Time limit of one search. Nobody watches an empty page for longer, and other queries need the disk, too.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(8);

    /// <summary>Maximum number of results of one search without an index. Older results need another search.</summary>
    public const int MaxFound = 500;

    // Queries with an index finish in milliseconds. The others lose at most this time before the search in slices begins.
    private static readonly TimeSpan s_firstTry = TimeSpan.FromSeconds(2);

    // Target duration of one slice. About ten slices fit into the time limit, and a cancelled search ends soon after.
    private static readonly TimeSpan s_sliceTime = TimeSpan.FromMilliseconds(500);

    // The number of rows that a cold disk can read within about a second. Later slices adapt to the measured speed.
    private const int FirstSlice = 20_000;
    private const int LeastSlice = 2_000;
    private const int MostSlice = 2_000_000;

    private TimeSpan Patience => patience ?? DefaultPatience;

    /// <param name="before">The end of the previous page or of the previous search; null starts at the newest event.</param>
    internal async Task<EventSearchPage> SearchAsync(EventListFilter filter, Guid? before, int limit, CancellationToken cancellation, int size = FirstSlice)
    {
        var began = time.GetTimestamp();
        var since = LaterOf(filter.Since, filter.Filter is { } written ? EventFilterSql.SinceOf(written, time.GetUtcNow()) : null);
        var items = new List<EventItem>();
        while (true)
        {
            var sliceBegan = time.GetTimestamp();
            Guid? end;
            try
            {
                end = await EndOfSliceAsync(filter.Until, since, before, size, cancellation).ConfigureAwait(false);
                items.AddRange(await ReadBetweenAsync(filter, end, before, limit + 1 - items.Count, cancellation).ConfigureAwait(false));
            }
            catch (EventSearchTooLongException) when (size > LeastSlice && time.GetElapsedTime(began) < Patience)
            {
                size = Math.Max(LeastSlice, size / 8);
                continue;
            }
            catch (EventSearchTooLongException) when (before is not null && time.GetElapsedTime(began) >= Patience)
            {
                // The search covered everything down to here.
                return new EventSearchPage(items, Cursor.Of(before.Value), DumpId.TimeOf(before.Value));
            }

            if (items.Count > limit)
            {
                return new EventSearchPage(items[..limit], Cursor.Of(items[limit - 1].Id), DumpId.TimeOf(items[limit - 1].Id));
            }

            if (end is not { } reached)
            {
                return new EventSearchPage(items, null, null);
            }

            before = reached;
            if (time.GetElapsedTime(began) >= Patience)
            {
                return new EventSearchPage(items, Cursor.Of(reached), DumpId.TimeOf(reached));
            }

            size = time.GetElapsedTime(sliceBegan) < s_sliceTime ? Math.Min(MostSlice, size * 2) : Math.Max(LeastSlice, size / 2);
        }
    }

    /// <summary>Returns the id of the last of the next <paramref name="size"/> events; null if there are fewer.</summary>
    private async Task<Guid?> EndOfSliceAsync(DateTimeOffset? until, DateTimeOffset? since, Guid? before, int size, CancellationToken cancellation)
    {
        var conditions = new Conditions();
        conditions.AddIf(before, "e.id < {0}");
        conditions.AddIf(until is { } last ? DumpId.FirstAt(last) : (Guid?)null, "e.id < {0}");
        conditions.AddIf(since is { } first ? DumpId.FirstAt(first) : (Guid?)null, "e.id >= {0}");
        var ids = await PatientlyAsync(
            conditions.Command(source, $"SELECT e.id FROM event e {conditions.Where} ORDER BY e.id DESC LIMIT 1 OFFSET {size - 1}"),
            Patience,
            command => QueryRows.ReadAsync(command, row => row.GetGuid(0), cancellation)).ConfigureAwait(false);
        return ids.Count == 0 ? null : ids[0];
    }

    /// <param name="from">The oldest event to read; null reads to the end.</param>
    private async Task<List<EventItem>> ReadBetweenAsync(EventListFilter filter, Guid? from, Guid? before, int limit, CancellationToken cancellation)
    {
        if (await ConditionsOfAsync(filter, cancellation).ConfigureAwait(false) is not { } conditions)
        {
            return [];
        }

        conditions.AddIf(before, "e.id < {0}");
        conditions.AddIf(from, "e.id >= {0}");
        return await ReadItemsAsync(conditions.Command(source, ListText(conditions, $"LIMIT {limit}")), Patience, cancellation).ConfigureAwait(false);
    }

    private async Task<T> PatientlyAsync<T>(NpgsqlCommand command, TimeSpan longest, Func<NpgsqlCommand, Task<T>> run)
    {
        var seconds = Math.Max(1, (int)(Patience < longest ? Patience : longest).TotalSeconds);
        command.CommandTimeout = seconds;
        try
        {
            return await run(command).ConfigureAwait(false);
        }
        catch (NpgsqlException e) when (e.InnerException is TimeoutException)
        {
            throw new EventSearchTooLongException($"Looking through the events took longer than {seconds} s.", e);
        }
    }

    private static DateTimeOffset? LaterOf(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}

/// <summary>The database is too busy to search even a few thousand events.</summary>
public sealed class EventSearchTooLongException(string message, Exception cause) : Exception(message, cause);

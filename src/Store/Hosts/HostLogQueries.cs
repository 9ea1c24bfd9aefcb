using System.Runtime.CompilerServices;
using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Hosts;

/// <summary>One archived console datagram of a host, as received, and its position. A block only grows at its end.</summary>
public sealed record ArchivedLine(Guid Block, int Index, DateTimeOffset At, Transport Transport, ReadOnlyMemory<byte> Datagram);

/// <summary>Queries for the archived console logs of hosts.</summary>
public sealed class HostLogQueries(NpgsqlDataSource source, TimeProvider time) : SqlQueries(source, time)
{
    // A block covers at most one hour, so a block that began earlier than this contains no matching lines.
    private static readonly TimeSpan s_longestPart = TimeSpan.FromHours(1);

    // Blocks have a few kilobytes each. Reading a few at a time avoids holding a week of log in memory.
    private const int BlocksAtOnce = 16;

    /// <summary>
    /// Reads the archived console of a host's addresses from <paramref name="since"/> (inclusive) until a time (exclusive), oldest first.
    /// </summary>
    public async IAsyncEnumerable<ArchivedLine> ReadHostLogAsync(
        Guid host, DateTimeOffset since, DateTimeOffset until, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = DumpId.FirstAt(since - s_longestPart);
        var before = until >= DateTimeOffset.MaxValue.AddDays(-1) ? Guid.AllBitsSet : DumpId.FirstAt(until.AddMilliseconds(1));
        while (true)
        {
            var blocks = await ReadAsync(
                """
                SELECT id, transport, bytes, content FROM log_block
                WHERE address IN (SELECT address FROM host_address WHERE host_id = $1) AND id > $2 AND id < $3 AND last_at >= $4 ORDER BY id LIMIT $5
                """,
                [host, after, before, since.ToUniversalTime(), BlocksAtOnce],
                row => (Id: row.GetGuid(0), Transport: row.GetString(1), Bytes: row.GetInt32(2), Content: row.GetFieldValue<byte[]>(3)),
                cancellation).ConfigureAwait(false);
            foreach (var block in blocks)
            {
                after = block.Id;
                var transport = TransportNames.TryParse(block.Transport, out var word) ? word : Transport.NetconsoleBasic;
                foreach (var line in Unpack(block.Id, LogBlock.Decompress(block.Content, block.Bytes), transport))
                {
                    if (line.At >= since && line.At < until)
                    {
                        yield return line;
                    }
                }
            }

            if (blocks.Count < BlocksAtOnce)
            {
                yield break;
            }
        }
    }

    public async Task<bool> HasHostAsync(Guid host, CancellationToken cancellation) =>
        (await ReadAsync("SELECT 1 FROM host WHERE id = $1", [host], _ => true, cancellation).ConfigureAwait(false)).Count > 0;

    /// <summary>The time of the newest archived line of a host's addresses; null if there is none.</summary>
    public async Task<DateTimeOffset?> LastLogAtAsync(Guid host, CancellationToken cancellation)
    {
        var last = await ReadAsync(
            """
            SELECT max(newest.last_at) FROM host_address a CROSS JOIN LATERAL
                (SELECT b.last_at FROM log_block b WHERE b.address = a.address ORDER BY b.id DESC LIMIT 1) AS newest
            WHERE a.host_id = $1
            """,
            [host],
            row => row.ValueOrNull<DateTimeOffset>(0),
            cancellation).ConfigureAwait(false);
        return last[0];
    }

    private static List<ArchivedLine> Unpack(Guid block, byte[] log, Transport transport)
    {
        var lines = new List<ArchivedLine>();
        ReadOnlySpan<byte> rest = log;
        while (DatagramLog.TryRead(ref rest, out var arrival, out var datagram))
        {
            lines.Add(new ArchivedLine(block, lines.Count, arrival, transport, log.AsMemory(log.Length - rest.Length - datagram.Length, datagram.Length)));
        }

        return lines;
    }
}

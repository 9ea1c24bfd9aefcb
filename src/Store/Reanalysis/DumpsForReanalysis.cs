using System.Net;
using System.Runtime.CompilerServices;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Reanalysis;

/// <summary>
/// Reads stored dumps that an older analyser processed, for <c>mayday reanalyze</c>. Dumps whose log the reservoir left out cannot be
/// analysed again and stay as they are.
/// </summary>
public sealed class DumpsForReanalysis(NpgsqlDataSource source)
{
    // Logs reach 64 MiB, so few are loaded at a time. A page still takes long compared with a network round trip.
    private const int PageSize = 16;

    /// <summary>Number of dumps analysed by a version older than <paramref name="version"/>.</summary>
    public async Task<long> CountAsync(int version, CancellationToken cancellation)
    {
        using var command = source.CreateCommand("SELECT count(*) FROM dump WHERE analyzer_version < $1 AND log_kept");
        Sql.Add(command.Parameters, [version]);
        return (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    /// <summary>Number of dumps that cannot be analysed again because their log was not kept.</summary>
    public async Task<long> CountWithoutLogAsync(int version, CancellationToken cancellation)
    {
        using var command = source.CreateCommand("SELECT count(*) FROM dump WHERE analyzer_version < $1 AND NOT log_kept");
        Sql.Add(command.Parameters, [version]);
        return (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    /// <summary>
    /// Reads those dumps, oldest first, without reports. A dump that is passed to <see cref="CrashRewriter"/> in the meantime is not
    /// returned again, unless the rewriter asks for it (<see cref="RewrittenDump.Reset"/>). Repeat until no dump is returned.
    /// </summary>
    public async IAsyncEnumerable<FinishedDump> ReadAsync(int version, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var after = Guid.Empty; ;)
        {
            var page = await PageAsync(version, after, cancellation).ConfigureAwait(false);
            foreach (var dump in page)
            {
                yield return dump;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1].Id;
        }
    }

    private async Task<List<FinishedDump>> PageAsync(int version, Guid after, CancellationToken cancellation)
    {
        using var command = source.CreateCommand($"SELECT {StoredDump.Columns} FROM dump d WHERE d.analyzer_version < $1 AND d.log_kept AND d.id > $2 ORDER BY d.id LIMIT {PageSize}");
        Sql.Add(command.Parameters, [version, after]);
        var dumps = new List<FinishedDump>();
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                dumps.Add(StoredDump.Read(reader));
            }
        }

        return dumps;
    }
}

/// <summary>Converts a row of the dump table back to a dump.</summary>
internal static class StoredDump
{
    public const string Columns =
        """
        d.id, d.received_at, d.completed_at, d.occurred_at, d.transport, d.key, d.source_address, d.source_port, d.claimed_name, d.machine_id, d.boot_id,
        d.dump_number, d.dump_type, d.kernel_release, d.completeness::text, d.header_registers::text, d.processor, d.user_fields::text, d.user_blob,
        d.analyzer_version, d.analysis_failure, d.collector, d.log, d.datagrams
        """;

    public static FinishedDump Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        ReceivedAt = row.GetFieldValue<DateTimeOffset>(1),
        CompletedAt = row.GetFieldValue<DateTimeOffset>(2),
        OccurredAt = row.ValueOrNull<DateTimeOffset>(3),
        Transport = TransportNames.TryParse(row.GetString(4), out var transport) ? transport : Transport.Http,
        Key = row.GetFieldValue<byte[]>(5),
        Host = new HostClaim(
            IPAddress.TryParse(row.TextOrNull(6), out var address) ? address : null, row.ValueOrNull<int>(7), row.TextOrNull(8), row.TextOrNull(9)),
        BootId = row.TextOrNull(10),
        DumpNumber = row.ValueOrNull<int>(11),
        DumpType = row.TextOrNull(12),
        KernelRelease = row.TextOrNull(13),
        Completeness = StoredJson.ReadCompleteness(row.GetString(14)),
        HeaderRegisters = StoredJson.ReadRegisters(row.GetString(15)),
        Processor = row.TextOrNull(16),
        UserFields = StoredJson.ReadUserFields(row.GetString(17)),
        UserBlob = row.IsDBNull(18) ? default : row.GetFieldValue<byte[]>(18),
        AnalyzerVersion = row.GetInt32(19),
        AnalysisFailure = row.TextOrNull(20),
        Collector = row.GetString(21),
        Log = row.GetFieldValue<byte[]>(22),
        Datagrams = row.IsDBNull(23) ? default : row.GetFieldValue<byte[]>(23),
    };
}

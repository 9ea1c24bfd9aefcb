using System.IO.Compression;
using System.Net;
using Mayday.Protocol;
using Mayday.Store.Hosts;
using Mayday.Store.Postgres;
using Npgsql;

namespace Mayday.Store.Ingest;

/// <summary>
/// Console lines of one sender within one hour: a <see cref="DatagramLog"/>, compressed with brotli. Writing the same id again replaces the
/// block with a longer version.
/// </summary>
public sealed record LogBlock(
    Guid Id, IPAddress Address, Transport Transport, DateTimeOffset FirstAt, DateTimeOffset LastAt, int Lines, int Bytes, byte[] Content)
{
    // The fastest quality: a block is recompressed while it grows, and kernel logs still shrink to a seventh.
    private const int Quality = 1;
    private const int Window = 18;

    public static byte[] Compress(ReadOnlySpan<byte> log)
    {
        var content = new byte[BrotliEncoder.GetMaxCompressedLength(log.Length)];
        return BrotliEncoder.TryCompress(log, content, out var length, Quality, Window)
            ? content[..length]
            : throw new InvalidOperationException("Brotli did not keep to its own bound.");
    }

    public static byte[] Decompress(ReadOnlySpan<byte> content, int length)
    {
        var log = new byte[length];
        return BrotliDecoder.TryDecompress(content, log, out var written) && written == length
            ? log
            : throw new InvalidDataException("A block of the log archive does not hold what it says.");
    }
}

/// <summary>Stores ordinary console lines next to the dumps, if enabled (Collector:Netconsole:Archive).</summary>
public sealed class LogArchive(NpgsqlDataSource source)
{
    public async Task SaveAsync(IReadOnlyList<LogBlock> blocks, CancellationToken cancellation)
    {
        var command = source.CreateCommand(
            """
            INSERT INTO log_block (id, address, transport, first_at, last_at, lines, bytes, content)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::int[], $7::int[], $8::bytea[])
            ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, lines = excluded.lines, bytes = excluded.bytes, content = excluded.content
            """);
        await using (command.ConfigureAwait(false))
        {
            Sql.Add(command.Parameters,
            [
                blocks.Select(block => block.Id).ToArray(),
                blocks.Select(block => HostEvidence.Canonical(block.Address)!).ToArray(),
                blocks.Select(block => block.Transport.ToWord()).ToArray(),
                blocks.Select(block => block.FirstAt.ToUniversalTime()).ToArray(),
                blocks.Select(block => block.LastAt.ToUniversalTime()).ToArray(),
                blocks.Select(block => block.Lines).ToArray(),
                blocks.Select(block => block.Bytes).ToArray(),
                blocks.Select(block => block.Content).ToArray(),
            ]);
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }
}

using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Mayday.Analysis;
using Mayday.Collector.Analysing;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Storing.Dumps;

/// <summary>A finished dump as bytes: a JSON head, then log, datagrams and blob unchanged. Crashes are left out: they are read from the log
/// again by the current analyser when the dump comes back.</summary>
internal sealed record SpooledDump
{
    /// <summary>Its position among all spooled dumps: lanes are read back in this order. 0 in files of versions with only one
    /// lane.</summary>
    public long Order { get; init; }

    public required Guid Id { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset CompletedAt { get; init; }

    public required Transport Transport { get; init; }

    public required byte[] Key { get; init; }

    public string? Address { get; init; }

    public int? Port { get; init; }

    public string? HostName { get; init; }

    public string? MachineId { get; init; }

    public string? BootId { get; init; }

    public int? DumpNumber { get; init; }

    public string? DumpType { get; init; }

    public string? KernelRelease { get; init; }

    public DateTimeOffset? OccurredAt { get; init; }

    public required Completeness Completeness { get; init; }

    public IReadOnlyList<RegisterValue> HeaderRegisters { get; init; } = [];

    public string? Processor { get; init; }

    public IReadOnlyList<UserField> UserFields { get; init; } = [];

    public required string Collector { get; init; }

    public required int LogLength { get; init; }

    public required int DatagramsLength { get; init; }

    public required int UserBlobLength { get; init; }

    /// <summary>The root of its trace in W3C form (<c>traceparent</c>), and when it was spooled. Null when its trace is not recorded, and
    /// in files of versions that ended the trace here.</summary>
    public string? TraceParent { get; init; }

    public DateTimeOffset? SpooledAt { get; init; }

    public static byte[] Write(FinishedDump dump, DateTimeOffset spooledAt, long order = 0)
    {
        var trace = DumpTrace.ToGoOn(dump);
        var head = JsonSerializer.SerializeToUtf8Bytes(new SpooledDump
        {
            Order = order,
            Id = dump.Id,
            ReceivedAt = dump.ReceivedAt,
            CompletedAt = dump.CompletedAt,
            Transport = dump.Transport,
            Key = dump.Key,
            Address = dump.Host.Address?.ToString(),
            Port = dump.Host.Port,
            HostName = dump.Host.Name,
            MachineId = dump.Host.MachineId,
            BootId = dump.BootId,
            DumpNumber = dump.DumpNumber,
            DumpType = dump.DumpType,
            KernelRelease = dump.KernelRelease,
            OccurredAt = dump.OccurredAt,
            Completeness = dump.Completeness,
            HeaderRegisters = dump.HeaderRegisters,
            Processor = dump.Processor,
            UserFields = dump.UserFields,
            Collector = dump.Collector,
            LogLength = dump.Log.Length,
            DatagramsLength = dump.Datagrams.Length,
            UserBlobLength = dump.UserBlob.Length,
            TraceParent = trace,
            SpooledAt = trace is null ? null : spooledAt,
        });
        var bytes = new byte[sizeof(int) + head.Length + dump.Log.Length + dump.Datagrams.Length + dump.UserBlob.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, head.Length);
        var rest = bytes.AsMemory(sizeof(int));
        Put(head);
        Put(dump.Log);
        Put(dump.Datagrams);
        Put(dump.UserBlob);
        return bytes;

        void Put(ReadOnlyMemory<byte> part)
        {
            part.CopyTo(rest);
            rest = rest[part.Length..];
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote; null when the bytes are not a spooled dump.</summary>
    public static FinishedDump? Read(ReadOnlyMemory<byte> bytes) => Read(bytes, out _);

    /// <summary>Reads a dump and its position among all spooled dumps.</summary>
    public static FinishedDump? Read(ReadOnlyMemory<byte> bytes, out long order)
    {
        order = 0;
        if (bytes.Length < sizeof(int))
        {
            return null;
        }

        var headLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.Span);
        if (headLength < 0 || headLength > bytes.Length - sizeof(int))
        {
            return null;
        }

        SpooledDump? head;
        try
        {
            head = JsonSerializer.Deserialize<SpooledDump>(bytes.Span.Slice(sizeof(int), headLength));
        }
        catch (JsonException)
        {
            return null;
        }

        var rest = bytes[(sizeof(int) + headLength)..];
        if (head is null || (long)head.LogLength + head.DatagramsLength + head.UserBlobLength != rest.Length)
        {
            return null;
        }

        order = head.Order;
        return new FinishedDump
        {
            Id = head.Id,
            ReceivedAt = head.ReceivedAt,
            CompletedAt = head.CompletedAt,
            Transport = head.Transport,
            Key = head.Key,
            Host = new HostClaim(head.Address is null ? null : IPAddress.Parse(head.Address), head.Port, head.HostName, head.MachineId),
            BootId = head.BootId,
            DumpNumber = head.DumpNumber,
            DumpType = head.DumpType,
            KernelRelease = head.KernelRelease,
            OccurredAt = head.OccurredAt,
            Log = rest[..head.LogLength],
            Datagrams = rest.Slice(head.LogLength, head.DatagramsLength),
            UserBlob = rest[(head.LogLength + head.DatagramsLength)..],
            Completeness = head.Completeness,
            HeaderRegisters = head.HeaderRegisters,
            Processor = head.Processor,
            UserFields = head.UserFields,
            Collector = head.Collector,
            SpooledTrace = ActivityContext.TryParse(head.TraceParent, null, isRemote: true, out var root) && head.SpooledAt is { } spooledAt ? new(root, spooledAt) : null,
        };
    }
}

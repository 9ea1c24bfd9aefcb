using System.Net;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Simulation.Links;
using Mayday.Simulation.Load;
using Mayday.Store.Crashes;
using Mayday.Store.Postgres;

namespace Mayday.Benchmarks;

/// <summary>The last stage before Postgres: rows of a dump with one oops of 60 lines, as COPY takes them, with its log and where the reservoir leaves it out.</summary>
[MemoryDiagnoser]
public class RowWrite : IDisposable
{
    private const int FlushAt = 128 * 1024;

    private readonly CopyBuffer _rows = new();
    private FinishedDump _dump = null!;

    [Params(true, false)]
    public bool KeepsLog { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var log = new OopsText(signature: 7, logBytes: 0).Make(microseconds: 1_000_000, new SeededNumbers(1, 0));
        var received = DateTimeOffset.UnixEpoch.AddYears(50);
        _dump = new FinishedDump
        {
            Id = DumpId.At(received),
            ReceivedAt = received,
            CompletedAt = received,
            Transport = Transport.Netoops,
            Key = SHA256.HashData(log),
            Host = new HostClaim(IPAddress.Loopback, 6666, "web-1"),
            Log = log,
            Completeness = new Completeness { Complete = true, Received = 15, Missing = 0 },
            Crashes = CrashAnalyzer.Analyze(log),
            Collector = "benchmark",
        };
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _rows.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int Rows()
    {
        var pending = new PendingDump(_dump) { IsLogKept = KeepsLog };
        var crash = pending.Crashes[0];
        crash.Occurrence = new Occurrence
        {
            CrashId = _dump.Id,
            HostId = _dump.Id,
            Key = crash.OccurrenceKey,
            BugId = _dump.Id,
            IncidentId = _dump.Id,
            ReceivedAt = _dump.ReceivedAt,
            Quality = crash.Quality,
            Fatal = false,
        };
        RowCopy.Write(_rows, pending);
        RowCopy.Write(_rows, crash);
        var length = _rows.Length;
        if (length >= FlushAt)
        {
            _rows.Clear();
        }

        return length;
    }
}

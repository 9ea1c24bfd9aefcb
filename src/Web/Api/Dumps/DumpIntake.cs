using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Web.Api.Dumps;

/// <summary>What is said about a log that is handed in: which machine wrote it, and what the log itself may not tell.</summary>
public sealed record DumpOrigin(HostClaim Host, string? KernelRelease = null, string? BootId = null, DateTimeOffset? OccurredAt = null);

/// <summary>Takes whole kernel logs (kdump's vmcore-dmesg.txt, pstore files) and stores them, however they were handed in.</summary>
public sealed class DumpIntake(CrashWriter writer, TimeProvider time) : IDisposable
{
    // Analysis is pure computing: more at once than half the processors would make pages wait.
    private readonly SemaphoreSlim _analyses = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Under what name this process stands as a dump's collector.</summary>
    private readonly string _collector = "web@" + Environment.MachineName;

    /// <summary>Analyses and stores <paramref name="text"/>; the same text for the same host is one dump, however often it is handed in.</summary>
    public async Task<WrittenDump> TakeAsync(ReadOnlyMemory<byte> text, DumpOrigin origin, CancellationToken cancellation)
    {
        var received = time.GetUtcNow();
        var (crashes, failure) = await AnalyzeAsync(text, cancellation);
        var written = await writer.WriteAsync(
            [
                new FinishedDump
                {
                    Id = DumpId.At(received),
                    ReceivedAt = received,
                    CompletedAt = received,
                    Transport = Transport.Http,
                    Key = KeyOf(origin.Host, text.Span),
                    Host = origin.Host,
                    BootId = origin.BootId,
                    KernelRelease = origin.KernelRelease,
                    OccurredAt = origin.OccurredAt,
                    Log = text,
                    Completeness = new Completeness { Complete = true, Expected = 1, Received = 1, Missing = 0, MissingBytes = 0 },
                    Crashes = crashes,
                    AnalysisFailure = failure,
                    Collector = _collector,
                },
            ],
            cancellation);
        return written[0];
    }

    /// <summary>SHA-256 over who wrote it and what was written; U+0000 parts them, since no name holds one.</summary>
    internal static byte[] KeyOf(HostClaim host, ReadOnlySpan<byte> text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var claim = host.MachineId is not null ? "machine " + host.MachineId
            : host.Name is not null ? "name " + host.Name
            : string.Create(CultureInfo.InvariantCulture, $"address {host.Address}");
        hash.AppendData(Encoding.UTF8.GetBytes($"http\0{claim}\0"));
        hash.AppendData(text);
        return hash.GetHashAndReset();
    }

    public void Dispose() => _analyses.Dispose();

    private async Task<(IReadOnlyList<CrashReport> Crashes, string? Failure)> AnalyzeAsync(ReadOnlyMemory<byte> text, CancellationToken cancellation)
    {
        await _analyses.WaitAsync(cancellation);
        try
        {
            return (CrashAnalyzer.Analyze(text.Span), null);
        }
#pragma warning disable CA1031 // The analyser promises not to throw; should it break that, the log is kept and can be read again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return ([], $"{exception.GetType().Name}: {exception.Message}");
        }
        finally
        {
            _analyses.Release();
        }
    }
}

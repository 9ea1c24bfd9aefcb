using System.Net;
using System.Security.Cryptography;
using System.Text;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Web.Tests.Pages;

/// <summary>Fills a database with what a fleet leaves behind: real kernels' logs on several hosts, some of it partial, some of it hostile.</summary>
internal static class PageSeed
{
    /// <summary>Everything a sender could try on a reader: markup, a terminal escape, an override of the writing direction, a NUL.</summary>
    public const string Hostile = "<img src=x onerror=alert(1)>\u202Egnp.exe\u001b[31m\u0000</script>";

    public const string HostileHost = "<b>web</b>";

    public static async Task<IReadOnlyList<WrittenDump>> FillAsync(CrashWriter writer, IReadOnlyList<string> captures, DateTimeOffset now)
    {
        var dumps = new List<FinishedDump>();
        for (var i = 0; i < captures.Count; i++)
        {
            var log = CaptureLog.Read(captures[i]);
            for (var host = 0; host < 3; host++)
            {
                var at = now - TimeSpan.FromHours(i * 5 + host * 7 + 1);
                dumps.Add(Dump(log, $"web-{(i + host) % 9 + 1:00}", $"10.20.4.{(i + host) % 9 + 1}", at, Transport.Netconsole, isPartial: (i + host) % 4 == 3));
            }
        }

        dumps.Add(HostileDump(now - TimeSpan.FromMinutes(30)));
        return await writer.WriteAsync(dumps, CancellationToken.None);
    }

    public static FinishedDump Dump(string log, string host, string address, DateTimeOffset at, Transport transport, bool isPartial = false)
    {
        if (isPartial)
        {
            // The gap stands before the report, so that the report itself is whole.
            var tenth = log.IndexOf('\n', log.Length / 10) + 1;
            log = log[..tenth] + GapMark.ForRecords(41, 43) + "\n" + log[tenth..];
        }

        var bytes = Encoding.UTF8.GetBytes(log);
        var lines = log.Count(c => c == '\n');
        return new FinishedDump
        {
            Id = DumpId.At(at),
            ReceivedAt = at,
            CompletedAt = at.AddSeconds(1),
            Transport = transport,
            Key = SHA256.HashData(Encoding.UTF8.GetBytes($"{host}{at:O}{log}")),
            Host = new HostClaim(IPAddress.Parse(address), 6665, host),
            Log = bytes,
            Completeness = new Completeness
            {
                Complete = !isPartial,
                Expected = isPartial ? lines + 3 : lines,
                Received = lines,
                Missing = isPartial ? 3 : 0,
                MissingRanges = isPartial ? [new MissingRange(41, 43)] : [],
            },
            UserFields = [new UserField("host", host), new UserField("rack", "r12")],
            Crashes = CrashAnalyzer.Analyze(bytes),
            Collector = "test/1",
        };
    }

    public static FinishedDump HostileDump(DateTimeOffset at)
    {
        var log = $"<1>[    1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000000\n<4>[    1.000100] RIP: 0010:evil_fn+0x1/0x2 [{Hostile}]\n<4>[    1.000200] {Hostile}\n<0>[    1.000300] ---[ end trace 0000000000000000 ]---\n";
        var dump = Dump(log, HostileHost, "10.66.6.6", at, Transport.Netoops);
        var report = new CrashReport
        {
            Kind = CrashKind.NullPointer,
            Class = CrashClass.BadAccess,
            Title = $"BUG: {Hostile} in evil_fn",
            Function = "evil_fn",
            Module = Hostile,
            Signature = $"badAccess|{Hostile}",
            SignatureHash = "0123456789abcdef",
            Comm = Hostile,
            Hardware = Hostile,
            KernelRelease = Hostile,
            Panic = Hostile,
            Fatal = true,
            Frames = [new StackFrame(Hostile, 1, 2, Hostile, IsReliable: true, IsGuilty: true)],
            Registers = [new RegisterValue(Hostile, Hostile)],
            Code = new CodeDump(Hostile, [new CodeInstruction(Hostile, Hostile, IsFaulting: true, Hostile)]),
            Modules = [new LoadedModule(Hostile, Hostile)],
            Explanation = [Hostile],
            Start = 0,
            End = Encoding.UTF8.GetByteCount(log),
        };
        return dump with
        {
            Crashes = [report],
            UserFields = [new UserField(Hostile, Hostile)],
            UserBlob = Encoding.UTF8.GetBytes(Hostile.PadRight(100)),
            KernelRelease = Hostile,
        };
    }
}

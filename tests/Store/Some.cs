using System.Net;
using System.Security.Cryptography;
using System.Text;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Store.Tests;

/// <summary>Dumps and reports for tests: each differs from all others unless it is told what to share.</summary>
internal static class Some
{
    private static int s_number;

    public static DateTimeOffset Now => DateTimeOffset.UtcNow;

    public static FinishedDump Dump(
        string? address = "10.0.0.1",
        string? name = null,
        DateTimeOffset? at = null,
        Transport transport = Transport.Netoops,
        string? boot = null,
        bool? complete = true,
        string? log = null,
        string? machine = null,
        params CrashReport[] crashes)
    {
        var received = at ?? Now;
        var text = Encoding.UTF8.GetBytes(log ?? Log(crashes));
        return new FinishedDump
        {
            Id = DumpId.At(received),
            ReceivedAt = received,
            CompletedAt = received.AddMilliseconds(20),
            Transport = transport,
            Key = SHA256.HashData(BitConverter.GetBytes(Interlocked.Increment(ref s_number))),
            Host = new HostClaim(address is null ? null : IPAddress.Parse(address), 6666, name, machine),
            BootId = boot,
            Log = text,
            Completeness = new Completeness { Complete = complete, Received = 4, Missing = complete == true ? 0 : complete is null ? null : 2 },
            Crashes = Placed(crashes, text),
            Collector = "test",
        };
    }

    public static CrashReport Crash(
        string function = "cm_null_read",
        double? time = null,
        CrashKind kind = CrashKind.NullPointer,
        bool fatal = false,
        string? panic = null,
        bool corrupted = false,
        string? release = "6.1.0-18-amd64") => new()
        {
            Kind = kind,
            Class = CrashClass.BadAccess,
            Title = $"BUG: unable to handle kernel NULL pointer dereference in {function}",
            Function = function,
            Module = "crashme",
            Signature = $"bad-access {function}",
            SignatureHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(function)))[..16],
            Frames = [new StackFrame(function, 0x16, 0x40, "crashme", IsReliable: true, IsGuilty: true)],
            Registers = [new RegisterValue("RAX", "0000000000000000")],
            KernelRelease = release,
            Fatal = fatal,
            Panic = panic,
            Corrupted = corrupted,
            PrintkTime = time,
        };

    /// <summary>A log that prints the reports one after the other, in the way of netoops.</summary>
    public static string Log(params CrashReport[] crashes) =>
        "<6>[    0.000000] Linux version 6.1.0-18-amd64\n" + string.Concat(crashes.Select(Text));

    public static string Text(CrashReport crash)
    {
        var time = crash.PrintkTime is { } seconds ? $"[{seconds,12:F6}] " : "";
        return $"<1>{time}{crash.Title}\n<4>{time}RIP: 0010:{crash.Function}+0x16/0x40 [crashme]\n";
    }

    private static CrashReport[] Placed(CrashReport[] crashes, byte[] log)
    {
        var text = Encoding.UTF8.GetString(log);
        var from = 0;
        return [.. crashes.Select(crash =>
        {
            var start = crash.Start > 0 ? crash.Start : Math.Max(0, text.IndexOf(crash.Title, from, StringComparison.Ordinal));
            start = text.LastIndexOf('\n', start) + 1;
            var end = text.IndexOf("[crashme]\n", start, StringComparison.Ordinal) is var found and >= 0 ? found + 10 : text.Length;
            from = end;
            return crash.End > 0 ? crash : crash with { Start = start, End = end };
        })];
    }
}

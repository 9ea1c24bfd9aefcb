using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Web.Tests;

/// <summary>Dumps as the collector would hand them to the writer: what the API answers is compared with what was put in here.</summary>
internal static class ApiDumps
{
    private static int s_counter;

    public static FinishedDump Of(
        string host,
        DateTimeOffset at,
        CrashKind kind = CrashKind.NullPointer,
        string function = "cm_null_read",
        Transport transport = Transport.Netoops,
        bool? complete = true,
        string release = "6.1.0-42-amd64",
        bool fatal = false,
        string? title = null)
    {
        var number = Interlocked.Increment(ref s_counter);
        var printed = 100 + (number / 1000.0);
        title ??= $"BUG: {kind} in {function}";
        var before = string.Create(CultureInfo.InvariantCulture, $"<6>[{printed - 0.01:0.000000}] all is well {number}\n");
        var report = string.Create(CultureInfo.InvariantCulture, $"<1>[{printed:0.000000}] {title}\n<4>[{printed:0.000000}] RIP: 0010:{function}+0x18/0x20 [crashme]\n");
        var log = Encoding.UTF8.GetBytes(before + report + "<4>after\n");
        var start = Encoding.UTF8.GetByteCount(before);
        var signature = $"{kind} {function}";
        return new FinishedDump
        {
            Id = DumpId.At(at),
            ReceivedAt = at,
            CompletedAt = at.AddMilliseconds(250),
            Transport = transport,
            Key = SHA256.HashData(Encoding.UTF8.GetBytes($"{host} {number} {at:O} {Guid.NewGuid()}")),
            Host = new HostClaim(IPAddress.Parse("192.0.2.7"), 6665, host),
            BootId = number.ToString("x8", CultureInfo.InvariantCulture),
            KernelRelease = release,
            Log = log,
            Datagrams = transport is Transport.Netconsole or Transport.NetconsoleBasic ? Container(at, log) : default,
            Completeness = new Completeness
            {
                Complete = complete,
                Expected = complete is null ? null : 3,
                Received = complete == false ? 2 : 3,
                Missing = complete switch { null => null, true => 0, false => 1 },
                MissingBytes = complete == false ? 1024 : null,
                MissingRanges = complete == false ? [new MissingRange(1, 1)] : [],
            },
            UserFields = [new UserField("rack", "<b>r1</b>")],
            Collector = "test",
            Crashes =
            [
                new CrashReport
                {
                    Kind = kind,
                    Class = CrashClass.BadAccess,
                    Title = title,
                    Function = function,
                    Module = "crashme",
                    Signature = signature,
                    SignatureHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(signature)))[..16],
                    Frames =
                    [
                        new StackFrame(function, 0x18, 0x20, "crashme", IsReliable: true, IsGuilty: true),
                        new StackFrame("vfs_read", 0x95, 0x300, Module: null, IsReliable: false),
                    ],
                    Registers = [new RegisterValue("RIP", "ffffffffc0000018"), new RegisterValue("RDI", "0")],
                    KernelRelease = release,
                    Taint = "OE",
                    Fatal = fatal,
                    PrintkTime = printed,
                    Start = start,
                    End = start + Encoding.UTF8.GetByteCount(report),
                    Explanation = ["because of the test"],
                },
            ],
        };
    }

    private static byte[] Container(DateTimeOffset at, byte[] datagram)
    {
        var container = new byte[DatagramLog.HeaderLength + datagram.Length];
        DatagramLog.WriteHeader(container, datagram.Length, at);
        datagram.CopyTo(container, DatagramLog.HeaderLength);
        return container;
    }
}

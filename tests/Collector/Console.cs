using System.Globalization;
using System.Text;

namespace Mayday.Collector.Tests;

/// <summary>Extended netconsole datagrams as the kernel writes them.</summary>
internal static class Console
{
    public const string Bug = "BUG: kernel NULL pointer dereference, address: 0000000000000018";
    public const string Panic = "Kernel panic - not syncing: Fatal exception in interrupt";

    /// <summary>A whole small oops, line by line.</summary>
    public static readonly string[] Oops =
    [
        Bug,
        "#PF: supervisor read access in kernel mode",
        "#PF: error_code(0x0000) - not-present page",
        "Oops: 0000 [#1] PREEMPT SMP NOPTI",
        "CPU: 0 PID: 125 Comm: nginx Tainted: G           OE      6.1.0-56-amd64 #1  Debian 6.1.192-2",
        "RIP: 0010:cm_null_read+0x5/0x20 [crashme]",
        "Call Trace:",
        " <TASK>",
        " cm_run_kind+0x2a/0x90 [crashme]",
        " proc_reg_write+0x5a/0xa0",
        " </TASK>",
        "---[ end trace 0000000000000000 ]---",
    ];

    public static byte[] Record(ulong sequence, string text, int priority = 6, long micros = -1, string fields = "", string header = "", string release = "") =>
        Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{release}{priority},{sequence},{(micros < 0 ? (long)sequence * 1000 : micros)},-{header};{text}\n{fields}"));

    /// <summary>Records with consecutive numbers.</summary>
    public static IEnumerable<byte[]> Records(ulong first, params string[] lines) => lines.Select((line, i) => Record(first + (ulong)i, line));

    /// <summary>Cuts one message into fragments the way the kernel does.</summary>
    public static byte[][] Fragments(ulong sequence, string body, int size, int priority = 6)
    {
        var bytes = Encoding.Latin1.GetBytes(body);
        return [.. Enumerable.Range(0, (bytes.Length + size - 1) / size).Select(i =>
        {
            byte[] header = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{priority},{sequence},{sequence * 1000},-,ncfrag={i * size}/{bytes.Length};"));
            return (byte[])[.. header, .. bytes[(i * size)..Math.Min(bytes.Length, (i + 1) * size)]];
        })];
    }

    public static Intake TakeAll(this Intake intake, IEnumerable<byte[]> datagrams)
    {
        foreach (var datagram in datagrams)
        {
            intake.Take(datagram);
        }

        return intake;
    }

    public static string Text(this ReadOnlyMemory<byte> log) => Encoding.Latin1.GetString(log.Span);
}

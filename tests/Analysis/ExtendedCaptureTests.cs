using System.Text;
using Mayday.Analysis.Lines;

namespace Mayday.Analysis.Tests;

/// <summary>A file of raw extended netconsole says what the ordered text says, however its datagrams came.</summary>
public sealed class ExtendedCaptureTests
{
    private static readonly string[] s_oops =
    [
        "6,100,5000000,-;usb 1-1: new high-speed USB device number 2 using xhci_hcd\n SUBSYSTEM=usb\n DEVICE=c189:1\n",
        "1,101,5000010,-,caller=T77;BUG: kernel NULL pointer dereference, address: 0000000000000020\n",
        "1,102,5000011,-,caller=T77;#PF: supervisor read access in kernel mode\n",
        "4,103,5000012,-,caller=T77;Oops: Oops: 0000 [#1] PREEMPT SMP NOPTI\n",
        "4,104,5000013,-,caller=T77;CPU: 0 UID: 0 PID: 77 Comm: sh Not tainted 6.12.0 #1\n",
        "4,105,5000014,-,caller=T77;RIP: 0010:probe_read+0x12/0x40 [probe]\n",
        "4,106,5000015,-,caller=T77;Call Trace:\n",
        "4,107,5000016,-,caller=T77; <TASK>\n",
        "4,108,5000017,-,caller=T77; probe_open+0x1a/0x60 [probe]\n",
        "4,109,5000018,-,caller=T77; entry_SYSCALL_64_after_hwframe+0x76/0x7e\n",
        "4,110,5000019,-,caller=T77; </TASK>\n",
        "4,111,5000020,-,caller=T77;---[ end trace 0000000000000000 ]---\n",
        "6,112,5000021,-;usb 1-1: USB disconnect, device number 2\n",
    ];

    private static CrashReport Only(byte[] file)
    {
        Assert.True(ExtendedCapture.TryRead(file, out var capture));
        return capture.Place(Assert.Single(CrashAnalyzer.Analyze(capture.Log)));
    }

    private static byte[] File(IEnumerable<string> datagrams) => Encoding.UTF8.GetBytes(string.Concat(datagrams));

    [Fact]
    public void OrderedRecords_AreReadWithPlacesInTheFile()
    {
        var file = File(s_oops);
        var report = Only(file);
        Assert.Equal("BUG: unable to handle kernel NULL pointer dereference in probe_read", report.Title);
        Assert.Equal("probe", report.Module);
        Assert.Equal(5.00001, report.PrintkTime);
        Assert.StartsWith("1,101,", Encoding.UTF8.GetString(file)[report.Start..], StringComparison.Ordinal);
        Assert.Equal(0x20.ToString("x16"), report.Access?.Address);
        Assert.EndsWith("end trace 0000000000000000 ]---", Encoding.UTF8.GetString(file)[..report.End].TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ShuffledAndDoubledRecords_SayTheSame(int seed)
    {
        var straight = Only(File(s_oops));
        var random = new Random(seed);
        var shuffled = s_oops.Concat(s_oops.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next()).ToList();
        var report = Only(File(shuffled));
        Assert.Equal(straight.Signature, report.Signature);
        Assert.Equal(straight.Frames.Select(f => f.Function), report.Frames.Select(f => f.Function));
        Assert.False(report.Corrupted, report.CorruptedReason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public void Fragments_AreJoined_WithAndWithoutLineEndsBetween(string between)
    {
        const string body = "Modules linked in: first second third fourth fifth probe(OE)\n";
        string Piece(int from, int to) => $"4,104,5000013,-,caller=T77,ncfrag={from}/{body.Length};{body[from..to]}{(to < body.Length ? between : "")}";
        var file = s_oops.Take(4).Concat([Piece(30, body.Length), Piece(0, 30) + (between.Length == 0 ? "" : ""), Piece(30, body.Length)]).Concat(s_oops.Skip(5));
        // Without line ends the second piece runs into its copy, as datagrams written one behind the other do.
        var report = Only(File(file));
        Assert.Equal(["first", "second", "third", "fourth", "fifth", "probe"], report.Modules.Select(m => m.Name));
        Assert.Equal("OE", report.Modules[^1].Flags);
    }

    [Fact]
    public void MissingFragment_LeavesAGapMark()
    {
        var body = "Modules linked in: first second third fourth fifth probe(OE)\n";
        var file = s_oops.Take(4).Append($"4,104,5000013,-,caller=T77,ncfrag=30/{body.Length};{body[30..]}").Concat(s_oops.Skip(5));
        var report = Only(File(file));
        Assert.True(report.Corrupted);
        Assert.Contains("missing", report.CorruptedReason, StringComparison.Ordinal);
    }

    [Fact]
    public void SecondBoot_IsNotSortedIntoTheFirst()
    {
        var second = s_oops.Select((line, i) => line.Replace($",{100 + i},", $",{i},", StringComparison.Ordinal).Replace(",50000", ",00000", StringComparison.Ordinal)).ToList();
        second[0] = "5,0,000000,-;Linux version 6.12.0 (gcc) #1 SMP\n";
        Assert.True(ExtendedCapture.TryRead(File(s_oops.Concat(second)), out var capture));
        var reports = CrashAnalyzer.Analyze(capture.Log);
        Assert.Equal(2, reports.Count);
        Assert.False(reports[1].Aftermath);
    }

    [Fact]
    public void OtherText_IsNoCapture()
    {
        Assert.False(ExtendedCapture.TryRead("[    1.000000] BUG: unable to handle\n"u8, out _));
        Assert.False(ExtendedCapture.TryRead(""u8, out _));
        Assert.False(ExtendedCapture.TryRead("Nov 22 19:22:00 host kernel: 6,1,1,-;quoted\na\nb\nc\nd\n"u8, out _));
    }

    [Fact]
    public void RandomBytesBehindHeaders_NeverThrow()
    {
        var random = new Random(5);
        for (var i = 0; i < 2_000; i++)
        {
            var text = new StringBuilder();
            for (var line = 0; line < 12; line++)
            {
                text.Append($"{random.Next(9)},{random.Next(5)},{random.Next(100)},-{(random.Next(2) == 0 ? $",ncfrag={random.Next(12)}/{random.Next(12)}" : "")};");
                for (var n = random.Next(12); n > 0; n--)
                {
                    text.Append("\n ;,=\\xaBUG: "[random.Next(13)]);
                }

                text.Append(random.Next(3) == 0 ? "" : "\n");
            }

            var file = Encoding.Latin1.GetBytes(text.ToString());
            if (ExtendedCapture.TryRead(file, out var capture))
            {
                foreach (var report in CrashAnalyzer.Analyze(capture.Log).Select(capture.Place))
                {
                    Assert.InRange(report.Start, 0, file.Length);
                    Assert.InRange(report.End, report.Start, file.Length);
                }
            }
        }
    }
}

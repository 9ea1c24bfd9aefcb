using System.IO.Compression;
using System.Text;
using Mayday.Agent.Printk;
using Mayday.Protocol;
using Mayday.Protocol.Netconsole;
using Mayday.Simulation.Captures;

namespace Mayday.Agent.Tests.Printk;

/// <summary>
/// Debian's kernels carry no printk index: a catalogue is made from the strings of the image and modules that tests/System/fetch-kernel
/// fetched, and matched against the boot log of such a kernel, as netconsole sent it.
/// </summary>
[Trait("Tier", "kernel")]
public sealed class DebianKernelTests(ITestOutputHelper output)
{
    // What was seen with 6.1.0-56: 7 in 8 of the records. A newer image under the same name changes a few messages.
    private const double LeastShare = 0.8;

    [Fact]
    public async Task Match_BootLogOfADebianKernel_FindsMostFormats()
    {
        if (FindKernel() is not { } folder)
        {
            Assert.Skip("no Debian kernel in artifacts/kernel (tests/System/fetch-kernel)");
            return;
        }

        var entries = new List<PrintkEntry>(PrintkCatalogue.Read(await KernelImage.ReadAsync(Path.Combine(folder, "vmlinuz"), CancellationToken.None), "vmlinux"));
        foreach (var module in Directory.EnumerateFiles(Path.Combine(folder, "modules")))
        {
            entries.AddRange(PrintkCatalogue.Read(
                await KernelImage.ReadAsync(module, CancellationToken.None), Path.GetFileName(module).Split('.')[0]));
        }

        Assert.InRange(entries.Count, 8_000, 100_000);
        // What is written is what is read: the file form loses nothing.
        using var written = new StringWriter();
        PrintkCatalogue.Write(entries, written);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, written.ToString());
        Assert.Equal(entries, PrintkIndex.Load(file));
        File.Delete(file);

        var matcher = new PrintkMatcher(entries);
        var (matched, texts) = (0, 0);
        var isBoot = true;
        var missed = new List<string>();
        var found = new Dictionary<string, PrintkMatch>();
        foreach (var (text, level, device) in BootLog())
        {
            // The oops at the end is registers and frames: values, hardly any words.
            isBoot &= !text.AsSpan().StartsWith("BUG: "u8);
            var match = matcher.Match(text, level, device);
            texts += isBoot ? 1 : 0;
            matched += isBoot && match is not null ? 1 : 0;
            if (match is not null)
            {
                found[Encoding.UTF8.GetString(text)] = match;
            }
            else
            {
                missed.Add($"<{(int)level}> {Encoding.UTF8.GetString(text)}");
            }
        }

        output.WriteLine($"{entries.Count} formats, {matcher.Count} to be recognised; {matched} of {texts} records matched, {100.0 * matched / texts:0.0} %");
        foreach (var miss in missed)
        {
            output.WriteLine("  no format: " + miss);
        }

        foreach (var (text, match) in found)
        {
            output.WriteLine($"  {text}\n      {match.Format}   {string.Join(" | ", match.Values)}");
        }

        Assert.InRange((double)matched / texts, LeastShare, 1);

        AssertFound(found, "e1000 0000:00:03.0 eth0: Intel(R) PRO/1000 Network Connection", "%s %s %s%s: Intel(R) PRO/1000 Network Connection", "e1000|0000:00:03.0|eth0|");
        AssertFound(found, "BUG: kernel NULL pointer dereference, address: 0000000000000018", "BUG: kernel NULL pointer dereference, address: %px", "24");
    }

    private static void AssertFound(Dictionary<string, PrintkMatch> found, string text, string format, string values)
    {
        Assert.Equal(format, found[text].Format);
        Assert.Equal(values, string.Join('|', found[text].Values));
    }

    private static List<(byte[] Text, Severity Level, DeviceMark Device)> BootLog()
    {
        using var zipped = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Captures", "null_read.ext.jsonl.gz")), CompressionMode.Decompress);
        using var content = new MemoryStream();
        zipped.CopyTo(content);
        var records = new List<(byte[], Severity, DeviceMark)>();
        foreach (var datagram in CaptureReader.Read(content.ToArray()))
        {
            if (!ExtendedPacket.TryParse(datagram.Payload, out var packet, out _) || packet.HasFragment || packet.Priority >> 3 != 0)
            {
                continue;
            }

            var body = new MessageBody(packet.Body);
            var device = DeviceMark.Absent;
            foreach (var field in body.Fields)
            {
                if (field.Key.SequenceEqual("DEVICE"u8))
                {
                    device = DeviceMark.Present;
                }
            }

            var text = new byte[body.Text.Length];
            records.Add((text[..body.UnescapeText(text)], (Severity)(packet.Priority & 7), device));
        }

        return records;
    }

    private static string? FindKernel()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Mayday.slnx")))
            {
                var kernel = Path.Combine(folder, "artifacts", "kernel");
                return File.Exists(Path.Combine(kernel, "vmlinuz")) ? kernel : null;
            }
        }

        return null;
    }
}

using System.IO.Compression;
using System.Text.Json;
using Mayday.Protocol.Netconsole;

namespace Mayday.Protocol.Tests;

/// <summary>What real kernels sent: every datagram is of the format it was captured as, and none is refused.</summary>
public sealed class CorpusTests
{
    /// <summary>The captures of the repository, which everybody has.</summary>
    [Theory]
    [InlineData(".ext.jsonl.gz", DatagramFormat.NetconsoleExtended)]
    [InlineData(".basic.jsonl.gz", DatagramFormat.NetconsoleBasic)]
    public void Classify_DatagramsOfRealKernels_IsTheirFormat(string ending, DatagramFormat format)
    {
        var count = 0;
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Captures"), "*" + ending))
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            while (reader.ReadLine() is { } line)
            {
                Check(file, line, format);
                count++;
            }
        }

        Assert.True(count > 5_000, $"{count} datagrams are not all of the repository's captures");
    }

    /// <summary>The whole collection of captures, where it lies beside the checkout.</summary>
    [Theory]
    [InlineData("*.ext.jsonl", DatagramFormat.NetconsoleExtended)]
    [InlineData("*.basic.jsonl", DatagramFormat.NetconsoleBasic)]
    public void Classify_EveryDatagramOfRealKernels_IsItsFormat(string files, DatagramFormat format)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "../../../../../../shared/corpus");
        if (!Directory.Exists(folder))
        {
            Assert.Skip("the corpus is not beside the checkout");
        }

        var count = 0;
        foreach (var file in Directory.GetFiles(folder, files, SearchOption.AllDirectories))
        {
            foreach (var line in File.ReadLines(file))
            {
                Check(file, line, format);
                count++;
            }
        }

        Assert.True(count > 10_000, $"{count} datagrams are not the whole corpus");
    }

    private static void Check(string file, string line, DatagramFormat format)
    {
        using var json = JsonDocument.Parse(line);
        var datagram = json.RootElement.GetProperty("b64").GetBytesFromBase64();
        Assert.True(DatagramClassifier.Classify(datagram) == format, $"{file}: {Convert.ToHexString(datagram)}");
        if (format != DatagramFormat.NetconsoleExtended)
        {
            return;
        }

        Assert.True(ExtendedPacket.TryParse(datagram, out var packet, out var reason), $"{file}: {reason}");
        Assert.True(packet.HasFragment || packet.Body.EndsWith("\n"u8), file);
        foreach (var field in new MessageBody(packet.Body).Fields)
        {
            Assert.True(packet.HasFragment || field.Key.SequenceEqual("SUBSYSTEM"u8) || field.Key.SequenceEqual("DEVICE"u8), file);
        }
    }
}

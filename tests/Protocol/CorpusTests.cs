using System.Text.Json;
using Mayday.Protocol.Netconsole;

namespace Mayday.Protocol.Tests;

/// <summary>What real kernels sent: every datagram of the corpus is of the format it was captured as, and nothing of it is refused.</summary>
public sealed class CorpusTests
{
    [Theory]
    [InlineData("*.ext.jsonl", DatagramFormat.NetconsoleExtended)]
    [InlineData("*.basic.jsonl", DatagramFormat.NetconsoleBasic)]
    public void Classify_EveryDatagramOfRealKernels_IsItsFormat(string files, DatagramFormat format)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "../../../../../../shared/corpus");
        if (!Directory.Exists(folder))
            Assert.Skip("the corpus is not beside the checkout");

        var count = 0;
        foreach (var file in Directory.GetFiles(folder, files, SearchOption.AllDirectories))
        {
            foreach (var line in File.ReadLines(file))
            {
                using var json = JsonDocument.Parse(line);
                var datagram = json.RootElement.GetProperty("b64").GetBytesFromBase64();
                count++;
                Assert.True(DatagramClassifier.Classify(datagram) == format, $"{file}: {Convert.ToHexString(datagram)}");
                if (format != DatagramFormat.NetconsoleExtended)
                    continue;

                Assert.True(ExtendedPacket.TryParse(datagram, out var packet, out var reason), $"{file}: {reason}");
                Assert.True(packet.HasFragment || packet.Body.EndsWith("\n"u8), file);
                foreach (var field in new MessageBody(packet.Body).Fields)
                    Assert.True(packet.HasFragment || field.Key.SequenceEqual("SUBSYSTEM"u8) || field.Key.SequenceEqual("DEVICE"u8), file);
            }
        }

        Assert.True(count > 10_000, $"{count} datagrams are not the whole corpus");
    }
}

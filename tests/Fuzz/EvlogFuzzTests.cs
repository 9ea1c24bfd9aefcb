using Mayday.Events.Reading;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Fuzz.Tests;

/// <summary>
/// A million hostile evlog datagrams through reader, printer and event: no exception, no text beyond its bound, nothing refused without a reason.
/// The seed is printed; MAYDAY_FUZZ_SEED repeats a run, MAYDAY_FUZZ_COUNT makes it longer.
/// </summary>
[Trait("Tier", "chaos")]
public sealed class EvlogFuzzTests(ITestOutputHelper output)
{
    private const int DefaultCount = 1_000_000;

    [Fact]
    public void MutatedRecords_ThroughReaderPrinterAndEvent_NeverThrowAndStayBounded()
    {
        var seed = FromEnvironment("MAYDAY_FUZZ_SEED", Random.Shared.Next());
        var count = FromEnvironment("MAYDAY_FUZZ_COUNT", DefaultCount);
        output.WriteLine($"seed {seed}, {count} datagrams");

        var mutator = new DatagramMutator([.. EvlogVectors.Frames, .. EvlogVectors.Drained], Printed(), seed);
        var formats = new long[4];
        long refused = 0;
        for (var i = 0; i < count; i++)
        {
            var datagram = mutator.Next();
            try
            {
                foreach (var reading in EventReader.ReadAll(datagram.ToArray()))
                {
                    if (reading.Event is not { } one)
                    {
                        Require(reading.Reason != PacketRejectReason.None, "refused without a reason");
                        refused++;
                        continue;
                    }

                    formats[(int)one.Format]++;
                    Require(one.Text.Length <= EventReader.MaxTextBytes && one.Arguments.Count <= EventReader.MaxArguments, "unbounded");
                    Require(one.Facility.Length is > 0 and <= 15, "facility");
                    Require(one.Payload.IsEmpty || one.Format == EvlogFormat.Binary, "payload");
                    Require(one.FormatString is null == (one.Format != EvlogFormat.Printf), "format string");
                    Require(one.Arguments.All(argument => argument.Kind == EventArgumentKind.String == argument.Text is not null), "argument");
                }
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Datagram {i} of seed {seed}, {datagram.Length} bytes: {Convert.ToHexStringLower(datagram)}", exception);
            }
        }

        output.WriteLine($"read {string.Join(", ", formats)}, refused {refused}");
        Assert.All(formats, number => Assert.NotEqual(0, number));
        Assert.NotEqual(0, refused);
    }

    // Frames around every PRINTF body there is, so that mutations reach format strings, sizes and arguments.
    private static byte[][] Printed()
    {
        var frames = new List<byte[]>();
        foreach (var vector in EvlogVectors.PrintfBodies)
        {
            foreach (var layout in Enum.GetValues<EvlogLayout>())
            {
                var body = vector.Body();
                var frame = new byte[EvlogWriter.FrameLength(layout, body.Length)];
                EvlogWriter.WriteFrame(
                    new EvlogHeader { Facility = "kern", Severity = Severity.Error, Format = EvlogFormat.Printf, Flags = EvlogFlags.KernelEvent | EvlogFlags.EventTypeCrc },
                    body, layout, isBigEndian: false, frame);
                frames.Add(frame);
            }
        }

        return [.. frames];
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }

    private static int FromEnvironment(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : otherwise;
}

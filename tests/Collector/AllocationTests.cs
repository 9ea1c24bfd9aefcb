using Mayday.Collector.Datagrams;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Collector.Tests;

/// <summary>In the steady state a datagram costs no allocation: what a fleet says all day must not feed the garbage collector.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData("extended")]
    [InlineData("basic")]
    [InlineData("duplicate netoops")]
    [InlineData("refused evlog")]
    public void Datagram_InTheSteadyState_AllocatesNothing(string kind)
    {
        var intake = new Intake();
        var machine = intake.Machine;
        var now = intake.Now;
        byte[] datagram = kind switch
        {
            "extended" => [.. "6,0000000000,501151268,-;"u8, .. "usb 1-1: new high-speed USB device number 2 using xhci_hcd\\x09tab\n SUBSYSTEM=usb\n host=web-12\n"u8],
            "basic" => [.. "[   12.345678] usb 1-1: new high-speed USB device number 2 using xhci_hcd\n"u8],
            "refused evlog" => [.. EvlogVectors.PrintfFromE1000.AsSpan(0, 23), 9, .. EvlogVectors.PrintfFromE1000.AsSpan(24)],
            _ => Netoops.Packets(Netoops.Log(60_000))[5],
        };
        var sequence = 0;

        void Take(int count)
        {
            for (var i = 0; i < count; i++)
            {
                if (kind == "extended")
                {
                    (sequence++).TryFormat(datagram.AsSpan(2), out _, "D10");
                }

                now = new Moment(now.Monotonic + 10, now.Unix + 10);
                machine.Take(datagram, Intake.Web12, isTruncated: false, now);
                if (i % 64 == 0)
                {
                    machine.Tick(now);
                }
            }
        }

        Take(5_000);

        // A collection that another test causes is counted as if this thread had allocated what is left of its quantum; not three times in a row.
        var least = long.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Take(20_000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}

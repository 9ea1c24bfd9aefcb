using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Receive;

/// <summary>
/// The compiler makes code fast only after it ran for a while, and the first thing a collector sees may be a fleet that dies: the way of a datagram is
/// walked some thousand times at the start, over loopback and with a state of its own, beside the receiving threads.
/// </summary>
internal static class ReceiveWarmUp
{
    // Twice the calls after which the runtime compiles anew, a little after the time that it waits for quiet; some 100 ms of a processor in all.
    private const int Rounds = 100;
    private const int Datagrams = 64;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(CollectorOptions options, CancellationToken stopping)
    {
        if (!LinuxReceive.IsSupported)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var receive = new LinuxReceive(Datagrams, 2048);
            var intake = new DatagramIntake(options, 1, new ShardCounters(), NullLogger.Instance);
            var clock = new Moment(1_000_000_000, 1_000_000_000);
            uint seen = 0;
            long drops = 0;
            for (var round = 0; round < Rounds && !stopping.IsCancellationRequested; round++)
            {
                for (var i = 0; i < Datagrams; i++)
                {
                    socket.SendTo(Sample(round * Datagrams + i), socket.LocalEndPoint!);
                }

                while (receive.Receive((int)socket.Handle, ref seen, ref drops) > 0)
                {
                    for (var i = 0; i < receive.Batch.Count; i++)
                    {
                        clock = new Moment(clock.Monotonic + 10, clock.Unix + 10);
                        intake.Take(receive.Batch.Datagram(i), receive.Batch.Source(i), receive.Batch.IsTruncated(i), clock);
                    }
                }

                intake.Tick(clock);
                await Task.Delay(Pause, stopping);
            }
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            // Without loopback the first datagrams do it.
        }
    }

    private static byte[] Sample(int number) => Encoding.ASCII.GetBytes(number % 4 == 0
        ? FormattableString.Invariant($"[{number,5}.000000] usb 1-1: new high-speed USB device number 2\n")
        : FormattableString.Invariant($"6,{number},{number}000,-;usb 1-1: new high-speed USB device number 2 using xhci_hcd\n SUBSYSTEM=usb\n"));
}

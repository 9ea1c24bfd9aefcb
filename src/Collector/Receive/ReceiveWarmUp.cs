using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Mayday.Collector.Analysing;
using Mayday.Collector.Intake;
using Mayday.Collector.Journal;
using Mayday.Linux.Memory;
using Mayday.Linux.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Receive;

/// <summary>Warms up the tiered JIT, because a crash storm may be the first thing that a new collector receives. A second receiver with its
/// own state processes datagrams over loopback on the whole way from socket to journal.</summary>
internal static class ReceiveWarmUp
{
    // The tiered JIT recompiles a method twice, each time after thirty calls and 100 ms without new compilations. At the start that takes
    // some seconds, and this loop about 0.2 s of processor time.
    private const int Rounds = 400;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    // Bursts from several senders, like those of a fleet: the JIT optimises code for the data that it sees.
    private const int Senders = 16;
    private const int Burst = 4;

    private const int RingBytes = 256 << 10;

    public static async Task RunAsync(CollectorOptions options, TimeProvider time, CancellationToken stopping)
    {
        if (!SocketLayout.IsKnown)
        {
            return;
        }

        try
        {
            using var listener = Open(options, time, out var port);
            listener.Start();
            try
            {
                await SendAsync(port, time, stopping);
            }
            finally
            {
                await listener.StopAsync();
            }
        }
        catch (Exception failure) when (failure is SocketException or CollectorStartException or IOException or OperationCanceledException)
        {
            // Without loopback the first real datagrams warm up the code.
        }
    }

    private static DatagramListener Open(CollectorOptions options, TimeProvider time, out int port)
    {
        var own = new CollectorOptions
        {
            ListenAddress = (Socket.OSSupportsIPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback).ToString(),
            Receive = { Shards = 1, Batch = options.Receive.Batch, MaxDatagramBytes = options.Receive.MaxDatagramBytes, CoalesceFrom = options.Receive.CoalesceFrom },
            Netoops = { Port = -1 },
            Netconsole = { Port = 0 },
            Evlog = { Port = -1 },
            Journal = { DumpBytes = RingBytes, LineBytes = RingBytes },
        };
        var (sockets, ports) = ListenerSockets.Open(own, NullLogger.Instance);
        port = ports.Netconsole ?? 0;
        var counters = new ShardCounters();
        var geometry = JournalGeometry.Of(own, 1);

        // Datagrams of the warm-up need no protection against a kill, so this journal is only in memory.
        var journal = new ShardJournal(File.Open("/dev/null", FileMode.Open, FileAccess.ReadWrite), FixedMemory.Allocate((int)geometry.FileBytes), geometry, counters);
        return new DatagramListener(
            0, sockets[0], new DatagramIntake(own, 1, counters, NullLogger.Instance, journal), new AnalysisBacklog([Channel.CreateUnbounded<WaitingDump>()], long.MaxValue),
            new EventBacklog(Channel.CreateUnbounded<EventBlock>(), long.MaxValue), counters, own.Receive, time, NullLogger.Instance, journal: journal);
    }

    private static async Task SendAsync(int port, TimeProvider time, CancellationToken stopping)
    {
        var address = Socket.OSSupportsIPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        var to = new IPEndPoint(address, port).Serialize();
        var sockets = new Socket[Senders];
        try
        {
            for (var i = 0; i < Senders; i++)
            {
                sockets[i] = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            }

            for (var round = 0; round < Rounds; round++)
            {
                for (var i = 0; i < Senders * Burst; i++)
                {
                    sockets[i / Burst].SendTo(Sample(round * Burst + i % Burst, isExtended: i / Burst % 8 != 0), SocketFlags.None, to);
                }

                await Task.Delay(s_pause, time, stopping);
            }
        }
        finally
        {
            foreach (var socket in sockets)
            {
                socket?.Dispose();
            }
        }
    }

    private static byte[] Sample(int number, bool isExtended) => Encoding.ASCII.GetBytes(isExtended
        ? FormattableString.Invariant($"6,{number},{number}000,-;usb 1-1: new high-speed USB device number 2 using xhci_hcd\n SUBSYSTEM=usb\n")
        : FormattableString.Invariant($"[{number,5}.000000] usb 1-1: new high-speed USB device number 2\n"));
}

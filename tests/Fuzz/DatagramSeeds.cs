using System.Text.Json;
using Mayday.Protocol.Netoops;
using Mayday.Tests.Shared.Wire;

namespace Mayday.Fuzz.Tests;

/// <summary>What the mutations start from: the golden packets, packets of a written dump, and datagrams that real kernels sent.</summary>
public static class DatagramSeeds
{
    private static ReadOnlySpan<byte> PrintedHead => "evlog packet dropped: size=10 fmt=2 evty=0x15 fac=scsi sev=4 uid=0 gid=0 pid=77 pgrp=70 flags=0x2 cpu=1\n"u8;

    /// <summary>Constructed packets, each of which has something special about it.</summary>
    public static byte[][] Golden()
    {
        var seeds = new List<byte[]>();
        seeds.AddRange(NetoopsVectors.All.Select(vector => vector.Datagram()));
        seeds.AddRange(NetconsoleVectors.All);
        seeds.AddRange(EvlogVectors.Frames);
        seeds.AddRange(EvlogVectors.Drained);
        seeds.Add([.. EvlogVectors.BinaryFromScsi, .. EvlogVectors.PrintfFromE1000, .. EvlogVectors.PrintfBigEndian]);

        // Heads of records that a kernel prints where nobody listens; their lines never come, so that they wait.
        seeds.Add([.. PrintedHead]);
        seeds.Add([.. "4,77,1234567,-;"u8, .. PrintedHead]);

        var log = NetoopsVectors.PatternLog(5000);
        var writer = new NetoopsWriter(new NetoopsDumpHeader { DumpId = 7, BootId = 9 }, log.AsMemory(0, 2000), log.AsMemory(2000), losesFullLastChunk: true);
        for (var number = 0; number < writer.PacketCount; number++)
        {
            var packet = new byte[writer.PacketLength];
            writer.Write(number, packet);
            seeds.Add(packet);
        }

        return [.. seeds];
    }

    /// <summary>Datagrams of real kernels, which are much alike.</summary>
    public static byte[][] Captured()
    {
        var seeds = new List<byte[]>();
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Captures"), "*.jsonl").Order(StringComparer.Ordinal))
        {
            foreach (var line in File.ReadLines(file))
            {
                using var json = JsonDocument.Parse(line);
                seeds.Add(json.RootElement.GetProperty("b64").GetBytesFromBase64());
            }
        }

        return [.. seeds];
    }
}

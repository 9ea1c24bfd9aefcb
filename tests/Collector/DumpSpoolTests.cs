using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Mayday.Analysis;
using Mayday.Collector.Receive;
using Mayday.Collector.Storing.Dumps;
using Mayday.Protocol;
using Mayday.Store.Crashes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Tests;

public sealed class DumpSpoolTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mayday-spool-").FullName;
    private readonly CollectorCounters _counters = new();

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _counters.Dispose();
    }

    private DumpSpool Open(long maxBytes = 64 << 20, long segmentBytes = 64 << 10) =>
        DumpSpool.Open(new SpoolOptions { Directory = _directory, MaxBytes = maxBytes, SegmentBytes = segmentBytes }, _counters, NullLogger.Instance);

    internal static FinishedDump Dump(int number, int logBytes = 1_000) => new()
    {
        Id = DumpId.At(DateTimeOffset.UnixEpoch.AddSeconds(number)),
        ReceivedAt = DateTimeOffset.UnixEpoch.AddSeconds(number),
        CompletedAt = DateTimeOffset.UnixEpoch.AddSeconds(number + 1),
        Transport = Transport.Netoops,
        Key = [.. BitConverter.GetBytes(number), .. new byte[28]],
        Host = new HostClaim(IPAddress.Parse("10.0.0.1"), 2004, "web-12", "machine"),
        BootId = "11223344",
        DumpNumber = number,
        DumpType = "oops",
        KernelRelease = "6.1.0",
        OccurredAt = DateTimeOffset.UnixEpoch.AddSeconds(number - 5),
        Log = Netoops.Log(logBytes, $"dump {number}"),
        Datagrams = new byte[] { 1, 2, 3 },
        Completeness = new Completeness { Complete = false, Received = 3, Expected = 4, Missing = 1, MissingRanges = [new MissingRange(2, 2)], Rounds = 2, Notes = ["note"] },
        HeaderRegisters = [new RegisterValue("RIP", "ff")],
        Processor = "Intel family 6",
        UserFields = [new UserField("rack", "12")],
        UserBlob = new byte[] { 9 },
        Collector = "test",
    };

    private static List<int> ReplayAll(DumpSpool spool, int batch = 7)
    {
        var numbers = new List<int>();
        while (spool.Peek(batch, 1 << 20) is { } replay)
        {
            numbers.AddRange(replay.Dumps.Select(dump => dump.DumpNumber!.Value));
            replay.Accept();
        }

        return numbers;
    }

    [Fact]
    public void Dump_WrittenAndRead_IsTheSameButForItsCrashes()
    {
        var dump = Dump(7);

        var read = SpooledDump.Read(SpooledDump.Write(dump, DateTimeOffset.UnixEpoch))!;

        // Every property that is set is compared, so that one added later cannot be forgotten. Who waits for it or traces it is no part of a dump.
        string[] left = [nameof(FinishedDump.Crashes), nameof(FinishedDump.AnalysisFailure), nameof(FinishedDump.Settled), nameof(FinishedDump.Trace), nameof(FinishedDump.SpooledTrace)];
        foreach (var property in typeof(FinishedDump).GetProperties().Where(property => !left.Contains(property.Name)))
        {
            var (expected, actual) = (property.GetValue(dump), property.GetValue(read));
            if (expected is ReadOnlyMemory<byte> bytes)
            {
                Assert.Equal(bytes.ToArray(), ((ReadOnlyMemory<byte>)actual!).ToArray());
            }
            else if (expected is HostClaim)
            {
                Assert.Equal(expected, actual);
            }
            else
            {
                Assert.Equivalent(expected, actual, strict: true);
            }

            Assert.NotNull(expected);
        }
    }

    [Fact]
    public void Dump_SpooledByAVersionThatKeptNoTrace_IsRead()
    {
        var head = """
            {"Order":3,"Id":"01961a52-8c00-7000-8000-000000000001","ReceivedAt":"2026-03-01T10:00:00+00:00","CompletedAt":"2026-03-01T10:00:03+00:00","Transport":1,
            "Key":"AQI=","Address":"10.0.0.1","Port":2004,"HostName":null,"MachineId":null,"BootId":null,"DumpNumber":7,"DumpType":"oops","KernelRelease":null,
            "OccurredAt":null,"Completeness":{"Received":1},"HeaderRegisters":[],"Processor":null,"UserFields":[],"Collector":"test","LogLength":4,"DatagramsLength":0,"UserBlobLength":0}
            """u8;
        var bytes = new byte[sizeof(int) + head.Length + 4];
        BitConverter.TryWriteBytes(bytes, head.Length);
        head.CopyTo(bytes.AsSpan(sizeof(int)));
        "oops"u8.CopyTo(bytes.AsSpan(sizeof(int) + head.Length));

        var read = SpooledDump.Read(bytes, out var order)!;

        Assert.Equal((3L, 7), (order, read.DumpNumber));
        Assert.Equal("oops"u8, read.Log.Span);
        Assert.Null(read.SpooledTrace);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-zz-1-01")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    public void Dump_WithATraceThatIsNone_IsReadWithoutIt(string trace)
    {
        var written = SpooledDump.Write(Dump(1), DateTimeOffset.UnixEpoch);
        var head = JsonNode.Parse(written.AsSpan(sizeof(int), BitConverter.ToInt32(written)))!;
        (head["TraceParent"], head["SpooledAt"]) = (trace, "2026-03-01T10:00:00+00:00");
        var changed = Encoding.UTF8.GetBytes(head.ToJsonString());
        byte[] bytes = [.. BitConverter.GetBytes(changed.Length), .. changed, .. written[(sizeof(int) + BitConverter.ToInt32(written))..]];

        var read = SpooledDump.Read(bytes);

        Assert.Equal(1, read!.DumpNumber);
        Assert.Null(read.SpooledTrace);
    }

    [Fact]
    public void Dumps_OverManySegments_ComeBackInOrderAndLeaveNoFile()
    {
        using var spool = Open();
        for (var i = 0; i < 300; i += 3)
        {
            spool.Append([Dump(i), Dump(i + 1), Dump(i + 2)]);
        }

        Assert.True(Directory.GetFiles(_directory, "*.spool").Length > 3);
        Assert.Equal(300, spool.Count);
        Assert.Equal(Enumerable.Range(0, 300), ReplayAll(spool));
        Assert.Equal((0, 0), (spool.Count, spool.Bytes));
        Assert.Empty(Directory.GetFiles(_directory, "*.spool"));
    }

    [Fact]
    public void NewStart_FindsWhatWasSpooledAndGoesOnBehindIt()
    {
        using (var first = Open())
        {
            first.Append([.. Enumerable.Range(0, 150).Select(i => Dump(i))]);
        }

        using var second = Open();
        Assert.Equal(150, second.Count);
        second.Append([Dump(150), Dump(151)]);
        Assert.Equal(Enumerable.Range(0, 152), ReplayAll(second));
    }

    [Fact]
    public void DumpsNotAccepted_ComeAgain()
    {
        using var spool = Open();
        spool.Append([Dump(1), Dump(2)]);

        Assert.NotNull(spool.Peek(10, 1 << 20));

        Assert.Equal([1, 2], ReplayAll(spool));
    }

    [Fact]
    public void FullSpool_DropsTheNewAndCountsThem()
    {
        using var spool = Open(maxBytes: 100_000, segmentBytes: 64 << 10);
        for (var i = 0; i < 200; i++)
        {
            spool.Append([Dump(i)]);
            Assert.InRange(spool.Bytes, 0, 100_000);
        }

        var kept = (int)spool.Count;
        Assert.InRange(kept, 20, 100);
        Assert.Equal(200 - kept, Count("spool.dropped"));
        Assert.Equal(kept, Count("spool.written"));
        Assert.Equal(Enumerable.Range(0, kept), ReplayAll(spool));

        // Room again: it takes dumps again.
        spool.Append([Dump(1_000)]);
        Assert.Equal([1_000], ReplayAll(spool));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    public void SegmentCutByTheEndOfTheProcess_GivesWhatIsWhole(int cut)
    {
        using (var first = Open())
        {
            first.Append([Dump(0), Dump(1), Dump(2)]);
        }

        var file = Assert.Single(Directory.GetFiles(_directory, "*.spool"));
        using (var stream = File.OpenWrite(file))
        {
            stream.SetLength(stream.Length - cut);
        }

        using var second = Open();
        Assert.Equal(2, second.Count);
        Assert.Equal([0, 1], ReplayAll(second));
        Assert.Equal(1, Count("spool.damaged"));
    }

    [Fact]
    public void SegmentWithAFlippedBit_GivesWhatIsSoundBeforeIt()
    {
        using (var first = Open())
        {
            first.Append([Dump(0), Dump(1), Dump(2)]);
        }

        var file = Assert.Single(Directory.GetFiles(_directory, "*.spool"));
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(file, bytes);

        using var second = Open();
        Assert.Equal([0], ReplayAll(second));
        Assert.Empty(Directory.GetFiles(_directory, "*.spool"));
    }

    [Fact]
    public void SecondCollector_OnTheSameDirectory_IsRefusedWithTheRemedy()
    {
        using var first = Open();

        var refusal = Assert.Throws<CollectorStartException>(() => Open());

        Assert.Contains("Collector:Spool:Directory", refusal.Message);
    }

    [Fact]
    public void RefusedDumps_AreBoundedInNumber()
    {
        using var spool = Open();
        var files = Enumerable.Range(0, 110).Select(i => spool.PutAside(Dump(i))).ToArray();

        Assert.Equal(100, files.Count(file => file is not null));
        Assert.Equal(0, spool.Count);
    }

    private long Count(string name) => _counters.Snapshot().Where(counter => counter.Name == name).Sum(counter => counter.Value);
}

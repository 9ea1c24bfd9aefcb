using Mayday.Agent.Forwarding;
using Mayday.Agent.Kmsg;
using Mayday.Agent.Printk;
using Mayday.Protocol;

namespace Mayday.Agent.Tests.Kmsg;

public sealed class KmsgReaderTests : IDisposable
{
    private static readonly Guid s_boot = Guid.Parse("11111111-2222-3333-4444-555555555555");

    private readonly ScriptedKmsg _device = new();
    private readonly ManualClock _clock = new();

    public void Dispose() => _device.Dispose();

    private KmsgReader Reader(KmsgCursor cursor = default, Severity least = Severity.Warning, params PrintkEntry[] calls) =>
        new(_device, s_boot, cursor, least, calls.Length > 0 ? new PrintkMatcher(calls) : null, _clock);

    private static (List<AgentEvent> Events, ulong Lost) ReadAll(KmsgReader reader)
    {
        var events = new List<AgentEvent>();
        var lost = 0ul;
        while (true)
        {
            switch (reader.Next(out var taken))
            {
                case KmsgStep.Event:
                    events.Add(taken!);
                    break;
                case KmsgStep.Lost:
                    lost += reader.Lost;
                    break;
                case KmsgStep.NothingYet or KmsgStep.Failed:
                    return (events, lost);
            }
        }
    }

    [Fact]
    public void Next_RecordOfADevice_BecomesAnEventWithFormatAndArguments()
    {
        _device.NextSequence = 160;
        _device.Log("3", "-,caller=T42;e1000 0000:00:03.0 eth0: Reset adapter\\x5c 5\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:03.0");
        var reader = Reader(calls: new PrintkEntry { File = "e1000_main.c", Line = 7, Function = "e1000_reset", Module = "e1000", Format = "Reset adapter\\ %d\n" });

        var one = Assert.Single(ReadAll(reader).Events);

        Assert.Equal(("e1000", Severity.Error, "%s %s %s%s: Reset adapter\\ %d"), (one.Facility, one.Severity, one.Format));
        Assert.Equal("e1000|0000:00:03.0|eth0||5", string.Join('|', one.Values));
        Assert.Equal("e1000 0000:00:03.0 eth0: Reset adapter\\ 5", one.Text);
        Assert.Equal((42, null), (one.Pid, one.Processor));
        // The clock's boot was at 11:00; the record was printed 160 ms after it.
        Assert.Equal(new DateTimeOffset(2026, 5, 1, 11, 0, 0, 160, TimeSpan.Zero), one.OccurredAt);
        Assert.Equal(
            $"SUBSYSTEM=pci DEVICE=+pci:0000:00:03.0 sequence=160 bootId={s_boot} uptime=0.160000 source=e1000_main.c:7 function=e1000_reset",
            string.Join(' ', one.Fields.Select(field => $"{field.Key}={field.Value}")));
        Assert.Equal(1, reader.Matched);
    }

    [Theory]
    [InlineData("3", "kern", 2)]
    [InlineData("11", "user", 1)]
    [InlineData("27", "daemon", 1)]
    [InlineData("2043", "facility255", 1)]
    public void Next_MessageOfUnknownFormat_IsTextUnderEvlogsReservedType(string prefix, string facility, int eventType)
    {
        _device.Log(prefix, "-,caller=C1;words");
        var one = Assert.Single(ReadAll(Reader()).Events);

        Assert.Equal((facility, eventType, null, "words", 1), (one.Facility, one.EventType, one.Format, one.Text, one.Processor));
    }

    [Fact]
    public void Next_UserSpace_IsNeverTakenForTheKernelsOwnWords()
    {
        _device.Log("11", "-;link is down");
        var call = new PrintkEntry { File = "a.c", Function = "f", Level = Severity.Error, Format = "link is down\n" };

        Assert.Null(Assert.Single(ReadAll(Reader(calls: call)).Events).Format);
    }

    [Fact]
    public void Next_BelowTheSeverity_IsPassedOver()
    {
        for (var level = 0; level < 8; level++)
        {
            _device.Log($"{level}", $"-;level {level}");
        }

        Assert.Equal(["level 0", "level 1", "level 2", "level 3"], ReadAll(Reader(least: Severity.Error)).Events.Select(one => one.Text));
    }

    [Fact]
    public void Next_OverwrittenRecords_AreCountedByTheirNumbers()
    {
        var reader = Reader();
        _device.Log("3", "-;first");
        Assert.Single(ReadAll(reader).Events);
        for (var i = 0; i < 10; i++)
        {
            _device.Log("3", $"-;later {i}");
        }

        _device.OverwriteUpTo(8);

        var (events, lost) = ReadAll(reader);

        Assert.Equal(7ul, lost);
        Assert.Equal(["later 7", "later 8", "later 9"], events.Select(one => one.Text));
    }

    [Fact]
    public void Next_AfterARestart_NeitherLosesNorDoubles()
    {
        _device.Log("3", "-;one");
        _device.Log("6", "-;too mild");
        var first = Reader();
        Assert.Single(ReadAll(first).Events);
        _device.Log("3", "-;two");
        _device.Reopen();

        var (events, lost) = ReadAll(Reader(first.Cursor));

        Assert.Equal("two", Assert.Single(events).Text);
        Assert.Equal(0ul, lost);
    }

    [Fact]
    public void Next_RecordsOverwrittenBetweenTwoRuns_AreCounted()
    {
        for (var i = 0; i < 10; i++)
        {
            _device.Log("3", $"-;record {i}");
        }

        _device.OverwriteUpTo(6);

        Assert.Equal(3ul, ReadAll(Reader(new KmsgCursor(s_boot, 3))).Lost);
        _device.Reopen();
        // Another boot begins at record 0; a first start mourns nothing.
        Assert.Equal(6ul, ReadAll(Reader(new KmsgCursor(Guid.NewGuid(), 3))).Lost);
        _device.Reopen();
        Assert.Equal(0ul, ReadAll(Reader()).Lost);
    }

    [Fact]
    public void Next_LinesOfAnotherForm_AreCountedAndPassedOver()
    {
        _device.LogRaw("not a record");
        _device.LogRaw("3,x,5,-;no number");
        _device.NextSequence = 2;
        _device.Log("3", "-;good");
        var reader = Reader();

        Assert.Equal("good", Assert.Single(ReadAll(reader).Events).Text);
        Assert.Equal(2, reader.Malformed);
    }

    [Fact]
    public void Next_ContinuationFlag_IsKept()
    {
        _device.Log("3", "c;a part of a line");

        Assert.Contains(new KeyValuePair<string, string>("flags", "c"), Assert.Single(ReadAll(Reader()).Events).Fields);
    }

    [Fact]
    public void Next_HostileBytes_NeverThrow()
    {
        var random = new Random(17);
        const string Seed = "3,160,424069,-,caller=T1;pci_root \\x0a PNP0A03:00: \\xc3\\xbc\\x5c\n SUBSYSTEM=acpi\n DEVICE=+acpi:PNP0A03:00\n";
        var reader = Reader(default, Severity.Debug, new PrintkEntry { File = "a.c", Function = "f", Format = "PNP0A03:%s words\n" });
        for (var i = 0; i < 20_000; i++)
        {
            var letters = Seed.ToCharArray(0, random.Next(Seed.Length + 1));
            for (var change = random.Next(4); change > 0 && letters.Length > 0; change--)
            {
                letters[random.Next(letters.Length)] = (char)random.Next(0x180);
            }

            _device.LogRaw(new string(letters));
            _ = reader.Next(out _);
        }
    }
}

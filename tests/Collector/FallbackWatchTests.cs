using System.Text;
using Mayday.Collector.Intake;
using Mayday.Events.Reading;

namespace Mayday.Collector.Tests;

public sealed class FallbackWatchTests
{
    private const string Head = "evlog packet dropped: size=10 fmt=2 evty=0x15 fac=scsi sev=4 uid=0 gid=0 pid=77 pgrp=70 flags=0x2 cpu=1";

    private static List<(string Source, string Text)> Events(Intake intake)
    {
        var events = new List<(string, string)>();
        while (intake.Machine.TryTakeEvents(out var block))
        {
            var rest = block.Entries;
            while (EventEntry.TryTake(ref rest, out var entry))
            {
                Assert.Equal(EventOrigin.Printk, entry.Origin);
                events.AddRange(FallbackReader.ReadLog(entry.Record.Span).Select(one => (entry.Source.ToString(), one.Text)));
            }
        }

        return events;
    }

    [Fact]
    public void HeadAndText_InExtendedRecords_AreAnEvent()
    {
        var intake = new Intake();

        intake.Take(Console.Record(1, "before")).Take(Console.Record(2, Head)).Take(Console.Record(3, "disk full")).Take(Console.Record(4, "after"));

        Assert.Equal([("10.0.0.12:6665", "disk full")], Events(intake));
        Assert.Equal(1, intake.Shard.EventsReceived);
    }

    [Theory]
    [InlineData("[   11.000000] before\n[   12.000000] " + Head + "\n[   12.000001] disk full\n[   13.000000] after\n")]
    [InlineData("<4>" + Head + "\n|<4>disk full\n")]
    [InlineData("before\n" + Head + "\n|disk full\n|after\n")]
    public void HeadAndText_InBasicText_AreAnEvent(string datagrams)
    {
        var intake = new Intake();
        foreach (var datagram in datagrams.Split('|'))
        {
            intake.Take(datagram);
        }

        Assert.Equal([("10.0.0.12:6665", "disk full")], Events(intake));
    }

    [Fact]
    public void MachinesThatSpeakAtOnce_DoNotMix()
    {
        var intake = new Intake();

        intake.Take(Intake.Web12, Encoding.ASCII.GetBytes(Head + "\n")).Take(Intake.Db03, Encoding.ASCII.GetBytes(Head + "\n"))
            .Take(Intake.Db03, "of db\n"u8).Take(Intake.Web12, "of web\n"u8);

        Assert.Equal([("10.0.0.3:6665", "of db"), ("10.0.0.12:6665", "of web")], Events(intake));
    }

    [Fact]
    public void HeadThatNothingFollows_GoesAfterItsTime_AtTheNextHead_OrAtTheEnd()
    {
        var intake = new Intake();

        intake.Take(Head + "\n").Pass(1_000);
        Assert.Empty(Events(intake));
        intake.Pass(1_500);
        Assert.Equal("", Assert.Single(Events(intake)).Text);

        intake.Take(Head + "\n").Take(Head + "\n");
        Assert.Single(Events(intake));
        intake.Flush();
        Assert.Single(Events(intake));
    }

    [Fact]
    public void ManyHeads_AreBounded_AndTheFirstGo()
    {
        var intake = new Intake();
        for (ushort port = 1; port <= 300; port++)
        {
            intake.Take(Intake.Web12 with { Port = port }, Encoding.ASCII.GetBytes(Head + "\n"));
        }

        Assert.Equal("10.0.0.12:1", Events(intake)[0].Source);
        Assert.Equal(44, intake.Shard.EventsReceived);
    }
}

using Mayday.Collector.Datagrams;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Tests;

/// <summary>What is in flight when the process is killed comes back, once.</summary>
public sealed class JournalReplayTests
{
    internal static readonly TimeSpan LongQuiet = TimeSpan.FromMinutes(2);

    internal static SourceEndPoint Machine(int number) => SourceEndPoint.FromIPv4(0x0a010000u + (uint)number, 6665);

    // One by netoops, one on a console; whether they count as stored, the intake says.
    private static void FinishTwoDumps(JournaledIntake intake)
    {
        intake.Take(Machine(1), Netoops.Packets(Netoops.Log(5_000))[1]);
        foreach (var record in Console.Records(1, Console.Oops))
        {
            intake.Take(Machine(2), record);
        }

        intake.Pass(LongQuiet);
        Assert.Equal(2, intake.Stored.Count);
    }

    [Fact]
    public void LinesThatComeBack_AreNotAccountedForAgain()
    {
        using var intake = new JournaledIntake();
        foreach (var number in new ulong[] { 1, 2, 5 })
        {
            intake.Take(Machine(1), Console.Record(number, "chatter", priority: 7));
        }

        intake.Kill();
        Assert.Equal(0, intake.Shard.LossesOf(Transport.Netconsole).Received);
        intake.Take(Machine(1), Console.Record(8, "chatter", priority: 7));

        var counts = intake.Shard.LossesOf(Transport.Netconsole);
        Assert.Equal((1, 2), (counts.Received, counts.Lost));
    }

    [Fact]
    public void NetoopsDump_KilledBetweenItsPackets_IsWholeAfterwards()
    {
        using var intake = new JournaledIntake();
        var packets = Netoops.Packets(Netoops.Log(10_000));
        foreach (var packet in packets[..4])
        {
            intake.Take(Machine(1), packet);
        }

        intake.Kill();
        foreach (var packet in packets[4..])
        {
            intake.Take(Machine(1), packet);
        }

        var dump = Assert.Single(intake.Stored);
        Assert.True(dump.Completeness.Complete);
        Assert.Equal(Netoops.Log(10_000), dump.Log.ToArray());
        Assert.Contains(dump.Completeness.Notes, note => note.StartsWith("the collector was killed", StringComparison.Ordinal));
        Assert.Equal(0, intake.Journal.Dumps.Used - Remembered(intake));
    }

    [Fact]
    public void NetoopsDump_StoredBeforeTheKill_IsNotStoredAgainByItsLateRounds()
    {
        using var intake = new JournaledIntake();
        var packets = Netoops.Packets(Netoops.Log(10_000));
        foreach (var packet in packets)
        {
            intake.Take(Machine(1), packet);
        }

        intake.Kill();

        // The end of the second round: as a dump of its own it would be a partial one.
        foreach (var packet in packets[5..])
        {
            intake.Take(Machine(1), packet);
        }

        intake.Pass(LongQuiet);
        Assert.Single(intake.Stored);
    }

    [Fact]
    public void Window_KilledInItsMiddle_ComesBackWithTheLinesBeforeIt()
    {
        using var intake = new JournaledIntake();
        var lines = Enumerable.Range(0, 50).Select(i => $"before {i}").Concat(Console.Oops).ToArray();
        var records = Console.Records(100, lines).ToArray();
        for (var i = 0; i < records.Length; i++)
        {
            if (i is 20 or 55)
            {
                intake.Kill();
            }

            intake.Take(Machine(2), records[i]);
        }

        intake.Pass(LongQuiet);
        var dump = Assert.Single(intake.Stored);
        Assert.Equal(lines.Length, dump.Completeness.Received);
        Assert.Contains("before 0\n", dump.Log.Text(), StringComparison.Ordinal);
        Assert.Single(dump.Crashes);
    }

    [Fact]
    public void FinishedDump_KilledBeforeItWasStored_ComesAgainAsTheSameDump()
    {
        using var intake = new JournaledIntake { Settles = () => false };
        FinishTwoDumps(intake);
        intake.Kill();

        Assert.Equal(4, intake.Stored.Count);
        Assert.Equal(Keys(intake.Stored.Take(2)), Keys(intake.Stored.Skip(2)));
        intake.SettleAll();
        intake.Kill();
        Assert.Equal(4, intake.Stored.Count);
    }

    [Fact]
    public void OtherGeometry_BringsBackWhatTheOldFileHeld()
    {
        using var intake = new JournaledIntake();
        var packets = Netoops.Packets(Netoops.Log(10_000));
        intake.Take(Machine(1), packets[0]);
        foreach (var record in Console.Records(1, Console.Oops[..5]))
        {
            intake.Take(Machine(2), record);
        }

        intake.Kill(options => (options.Journal.DumpBytes, options.Receive.Batch) = (4 << 20, 16));
        intake.Kill();
        foreach (var packet in packets[1..])
        {
            intake.Take(Machine(1), packet);
        }

        foreach (var record in Console.Records(6, Console.Oops[5..]))
        {
            intake.Take(Machine(2), record);
        }

        intake.Pass(LongQuiet);
        Assert.Equal([true, true], intake.Stored.Select(dump => dump.Completeness.Complete));
        Assert.Equal(Console.Oops.Length, intake.Stored.Single(dump => dump.Transport == Transport.Netconsole).Completeness.Received);
        Assert.Single(Directory.GetFiles(intake.JournalDirectory));
        Assert.Empty(intake.Log.Lines);
    }

    [Fact]
    public void Journal_WhoseTakingOverWasKilled_IsNamedAtEachStart_AndIsReadUnderTheNameThatItSays()
    {
        using var intake = new JournaledIntake { Settles = () => false };
        FinishTwoDumps(intake);

        // A start with other settings renames the journal, and is killed before anything of it is in its own.
        var leftover = intake.JournalFile + ".old";
        File.Move(intake.JournalFile, leftover);
        intake.Kill();
        intake.Kill();

        Assert.Equal(2, intake.Stored.Count);
        Assert.Equal(2, intake.Log.Lines.Count);
        Assert.All(intake.Log.Lines, line => Assert.StartsWith(leftover, line, StringComparison.Ordinal));
        Assert.Contains("rename the file to shard-1000.journal", intake.Log.Lines[0], StringComparison.Ordinal);
        File.Move(leftover, Path.Combine(intake.JournalDirectory, "shard-1000.journal"));
        intake.Kill();
        Assert.Equal(4, intake.Stored.Count);
        Assert.Equal(Keys(intake.Stored.Take(2)), Keys(intake.Stored.Skip(2)));
        Assert.Equal([intake.JournalFile], Directory.GetFiles(intake.JournalDirectory));
    }

    [Fact]
    public void JournalsThatWereNotTakenOver_AreNotOverwritten_AndTheOldestGo()
    {
        using var intake = new JournaledIntake();
        var files = Enumerable.Range(0, 6).Select(i => intake.JournalFile + ".old" + (i == 0 ? "" : $"{i + 1}")).ToArray();
        for (var i = 0; i < files.Length; i++)
        {
            File.WriteAllText(files[i], $"left by start {i}");
            File.SetLastWriteTimeUtc(files[i], DateTime.UnixEpoch.AddDays(10 * (i == 0 ? 7 : i)));
        }

        intake.Kill(options => options.Journal.DumpBytes = 4 << 20);

        int[] kept = [0, 3, 4, 5];
        Assert.All(files, (file, i) => Assert.Equal(kept.Contains(i), File.Exists(file)));
        Assert.All(kept, i => Assert.Equal($"left by start {i}", File.ReadAllText(files[i])));
        Assert.Equal(5, Directory.GetFiles(intake.JournalDirectory).Length);
        Assert.Equal(4, intake.Log.Lines.Count(line => line.Contains("shard-1000.journal", StringComparison.Ordinal)));
        Assert.Equal(2, intake.Log.Lines.Count(line => line.Contains("was deleted", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(300)]
    [InlineData(5_000)]
    public void DamagedFile_IsPutAsideAndCounted(int at)
    {
        using var intake = new JournaledIntake();
        intake.Take(Machine(1), Netoops.Packets(Netoops.Log(10_000))[0]);
        var journal = intake.Journal;
        var ring = 4096 + journal.Geometry.LandingBytes;
        journal.Dispose();
        using (var file = File.OpenWrite(intake.JournalFile))
        {
            file.Position = at switch { 0 => 2, 64 => Journal.JournalGeometry.DumpsHeadWord, 300 => Journal.JournalGeometry.LinesTailWord, _ => ring + 10 };
            file.Write([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        }

        intake.Kill();

        Assert.Equal(1, intake.Damaged);
        Assert.True(File.Exists(intake.JournalFile + ".damaged"));
        intake.Take(Machine(1), Netoops.Packets(Netoops.Log(500))[0]);
        Assert.Single(intake.Stored);
    }

    [Fact]
    public void TicketDuringWhoseRestoreTheLastProcessDied_ComesLast()
    {
        using var intake = new JournaledIntake { Settles = () => false };
        foreach (var machine in new[] { 1, 2, 3 })
        {
            foreach (var packet in Netoops.Packets(Netoops.Log(1_000, $"machine {machine}")))
            {
                intake.Take(Machine(machine), packet);
            }
        }

        intake.Stored.Clear();
        intake.Journal.InHand = 1;
        intake.Kill();

        Assert.Equal([2, 3, 1], intake.Stored.Select(dump => dump.Host.Address!.GetAddressBytes()[^1]));
    }

    [Fact]
    public void ReckonDeath_ProcessThatHadNothingInHand_ChargesNoTicket()
    {
        using var intake = new JournaledIntake();
        (intake.Journal.InHand, intake.Journal.Suspect, intake.Journal.Deaths) = (7, 7, 3);

        intake.Journal.ReckonDeath();
        intake.Journal.ReckonDeath();

        Assert.Equal((0, 7, 4), (intake.Journal.InHand, intake.Journal.Suspect, intake.Journal.Deaths));
    }

    [Fact]
    public void TicketThatIsHandedOn_IsInHandNoMore()
    {
        using var intake = new JournaledIntake { Settles = () => false };
        foreach (var packet in Netoops.Packets(Netoops.Log(1_000)))
        {
            intake.Take(Machine(1), packet);
        }

        var inHand = new List<long>();
        intake.Settles = () =>
        {
            inHand.Add(intake.Journal.InHand);
            return true;
        };
        intake.Kill();

        Assert.Equal([0], inHand);
    }

    [Fact]
    public void RestoreThatEndsEveryProcess_IsGivenUpAndTheOthersComeBack()
    {
        using var intake = new JournaledIntake();
        intake.Take(Machine(1), Netoops.Packets(Netoops.Log(10_000))[0]);
        intake.Take(Machine(2), Netoops.Packets(Netoops.Log(10_000))[0]);
        (intake.Journal.InHand, intake.Journal.Suspect, intake.Journal.Deaths) = (1, 1, 3);
        intake.Kill();
        Assert.Equal((2, 0), (intake.Shard.JournalRestored, intake.Shard.JournalGivenUp));

        (intake.Journal.InHand, intake.Journal.Suspect, intake.Journal.Deaths) = (1, 1, 4);
        intake.Kill();
        Assert.Equal((1, 1), (intake.Shard.JournalRestored, intake.Shard.JournalGivenUp));
        intake.Pass(LongQuiet);
        Assert.Equal(Machine(2).ToAddress(), Assert.Single(intake.Stored).Host.Address);
    }

    [Fact]
    public void FullJournal_TakesOnWithoutProtectionAndCounts()
    {
        using var intake = new JournaledIntake(options => options.Journal.DumpBytes = 1 << 20) { Settles = () => false };
        for (var machine = 0; machine < 200; machine++)
        {
            foreach (var packet in Netoops.Packets(Netoops.Log(10_000)))
            {
                intake.Take(Machine(machine), packet);
            }
        }

        Assert.Equal(200, intake.Stored.Count);
        Assert.InRange(intake.Shard.JournalUnprotected, 100, 199);

        // What came back is whole: none of them by halves.
        intake.Kill();
        var again = intake.Stored.Skip(200).ToList();
        Assert.InRange(again.Count, 1, 100);
        Assert.All(again, dump => Assert.True(dump.Completeness.Complete));
    }

    [Fact]
    public void LongLivedDump_IsCarriedOverManyLapsOfTheRing()
    {
        using var intake = new JournaledIntake(options => options.Journal.DumpBytes = 1 << 20);
        var slow = Netoops.Packets(Netoops.Log(10_000));
        intake.Take(Machine(0), slow[0]);
        for (var machine = 1; machine < 500; machine++)
        {
            foreach (var packet in Netoops.Packets(Netoops.Log(10_000, $"log {machine}")))
            {
                intake.Take(Machine(machine), packet);
            }

            if (machine % 10 == 0)
            {
                // Finished dumps are forgotten, the slow one goes on.
                intake.Pass(TimeSpan.FromSeconds(1));
                intake.Take(Machine(0), slow[1 + machine / 10 % 5]);
            }
        }

        Assert.Equal(0, intake.Shard.JournalUnprotected);
        intake.Kill();
        foreach (var packet in slow)
        {
            intake.Take(Machine(0), packet);
        }

        Assert.Equal(500, intake.Stored.Count);
        Assert.True(intake.Stored[^1].Completeness.Complete);
        Assert.Equal(Netoops.Log(10_000), intake.Stored[^1].Log.ToArray());
    }

    private static long Remembered(JournaledIntake intake)
    {
        var positions = new List<long>();
        Assert.True(intake.Journal.Dumps.TryWalk(positions));
        return intake.Journal.Dumps.Head - positions.First(position => intake.Journal.Dumps.At(position).Kind == Journal.EntryKind.Remembered);
    }

    internal static IEnumerable<string> Keys(IEnumerable<FinishedDump> dumps) => dumps.Select(dump => Convert.ToHexString(dump.Key)).Order();
}

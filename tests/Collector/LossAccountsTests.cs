using System.Net;
using Mayday.Collector.Datagrams;
using Mayday.Collector.Loss;
using Mayday.Protocol;
using Mayday.Simulation.Links;
using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mayday.Collector.Tests;

/// <summary>What a network takes, swaps and doubles is what the accounts say, sender by sender.</summary>
public sealed class LossAccountsTests
{
    private static readonly Impairment s_poor = new(Loss: 0.01, Reorder: 0.05, Duplicate: 0.01);

    /// <summary>A sender behind a poor network: what it puts in, what came out.</summary>
    private sealed class Sender(int number)
    {
        private readonly ImpairedLink<byte[]> _link = new(s_poor, new SeededNumbers(17, number));
        private readonly Queue<byte[]> _leaving = new();

        public SourceEndPoint Source { get; } = SourceEndPoint.From(new IPEndPoint(IPAddress.Parse($"10.1.{number / 250}.{1 + number % 250}"), 6665));

        public (long Lost, long Duplicates) Injected => (_link.Lost, _link.Duplicated);

        public void Send(Intake intake, byte[] datagram)
        {
            _link.Send(datagram, _leaving);
            Deliver(intake);
        }

        /// <summary>The link lets go of what it holds; then one packet that nothing happens to.</summary>
        public void End(Intake intake, byte[]? last)
        {
            _link.Flush(_leaving);
            Deliver(intake);
            if (last is not null)
            {
                intake.Take(Source, last);
            }
        }

        private void Deliver(Intake intake)
        {
            while (_leaving.TryDequeue(out var datagram))
            {
                intake.Take(Source, datagram);
            }
        }
    }

    private static Dictionary<(string Address, Transport Transport), LossCounts> Accounts(Intake intake)
    {
        intake.Flush();
        var accounts = new Dictionary<(string, Transport), LossCounts>();
        foreach (var step in intake.Machine.Loss.Take())
        {
            var key = (step.Address?.ToString() ?? "", step.Transport);
            var counts = accounts.GetValueOrDefault(key);
            counts.Add(step.Counts);
            accounts[key] = counts;
        }

        return accounts;
    }

    private static LossCounts Only(Intake intake) => Assert.Single(Accounts(intake)).Value;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ExtendedNetconsole_ThroughAPoorNetwork_IsAccountedForExactly(bool hasMessageIds)
    {
        var intake = new Intake();
        var senders = Enumerable.Range(0, 40).Select(number => new Sender(number)).ToArray();
        const int Lines = 1_000;
        foreach (var sender in senders)
        {
            // Ordinary chatter; the first packet tells where the numbers begin, the last that all before it were sent.
            intake.Take(sender.Source, Line(100));
            for (var i = 1; i < Lines; i++)
            {
                sender.Send(intake, Line((ulong)(100 + i)));
            }

            sender.End(intake, Line(100 + Lines));
        }

        var accounts = Accounts(intake);

        Assert.All(senders, sender =>
        {
            var counts = accounts[(sender.Source.ToAddress().ToString(), Transport.Netconsole)];
            Assert.Equal(sender.Injected, (counts.Lost, counts.Duplicates));
            Assert.Equal((Lines + 1 - counts.Lost, counts.Lost, 0), (counts.Received, counts.LostText, counts.Unknowable));
        });
        Assert.True(senders.Sum(sender => sender.Injected.Lost) > 200);

        byte[] Line(ulong sequence) => hasMessageIds
            ? Console.Record(sequence, $"chatter {sequence}", fields: $" msgid={sequence - 90}\n")
            : Console.Record(sequence, $"chatter {sequence}", priority: sequence % 10 == 3 ? 7 : 6);
    }

    [Fact]
    public void Netoops_ThroughAPoorNetwork_IsAccountedForExactly()
    {
        var intake = new Intake();
        var senders = Enumerable.Range(0, 40).Select(number => new Sender(number)).ToArray();
        var packets = Netoops.Packets(Netoops.Log(64 << 10));
        foreach (var sender in senders)
        {
            for (var round = 0; round < 3; round++)
            {
                foreach (var packet in packets)
                {
                    sender.Send(intake, packet);
                }
            }

            sender.End(intake, last: null);
        }

        // Once nothing is awaited any more.
        intake.Pass(60_000);
        var accounts = Accounts(intake);

        Assert.All(senders, sender =>
        {
            var counts = accounts[(sender.Source.ToAddress().ToString(), Transport.Netoops)];
            Assert.Equal(sender.Injected, (counts.Lost, counts.Duplicates));
            Assert.Equal(3 * packets.Length - counts.Lost, counts.Received);
        });
        Assert.True(senders.Sum(sender => sender.Injected.Lost) > 50);
        Assert.Equal(40, intake.Dumps.Count);
    }

    [Fact]
    public void Netoops_PacketThatCameInNoRound_IsLostText()
    {
        var packets = Netoops.Packets(Netoops.Log(30 << 10));
        var intake = new Intake();
        for (var round = 0; round < 3; round++)
        {
            intake.TakeAll(packets.Where((_, number) => number != 7 && (number != 9 || round != 1)));
        }

        intake.Pass(60_000);
        var counts = Only(intake);

        Assert.Equal((3 * packets.Length - 4, 4, 1), (counts.Received, counts.Lost, counts.LostText));
    }

    [Fact]
    public void Netoops_LateRounds_AreAwaitedBeforeAnythingIsCalledLost()
    {
        var packets = Netoops.Packets(Netoops.Log(30 << 10));
        var intake = new Intake().TakeAll(packets);
        Assert.Single(intake.Dumps);
        intake.Pass(5_000).TakeAll(packets).TakeAll(packets).Pass(60_000);

        var counts = Only(intake);
        Assert.Equal((3 * packets.Length, 0, 0), (counts.Received, counts.Lost, counts.Duplicates));
    }

    [Fact]
    public void DebugRecord_SeenLate_TellsOfTheHolesBeforeIt()
    {
        var intake = new Intake().TakeAll([Console.Record(1, "one"), Console.Record(4, "four"), Console.Record(5, "five", priority: 7)]);
        var counts = Only(intake);

        Assert.Equal((3, 2, 0), (counts.Received, counts.Lost, counts.Unknowable));
    }

    [Fact]
    public void ReducedConsoleLevel_WithoutMessageIds_ClaimsNothing()
    {
        var counts = Only(new Intake().TakeAll([Console.Record(1, "one"), Console.Record(4, "four"), Console.Record(9, "nine")]));

        Assert.Equal((3, 0, 3), (counts.Received, counts.Lost, counts.Unknowable));
    }

    [Fact]
    public void BasicNetconsole_IsUnknowable()
    {
        var intake = new Intake().Take("[    1.000000] one\n").Take("[    2.000000] two\n");
        var account = Assert.Single(Accounts(intake));

        Assert.Equal(Transport.NetconsoleBasic, account.Key.Transport);
        Assert.Equal((2, 0, 2), (account.Value.Received, account.Value.Lost, account.Value.Unknowable));
    }

    [Fact]
    public void Reboot_KeepsWhatWasLostBefore()
    {
        var intake = new Intake().TakeAll([Console.Record(1, "one", priority: 7), Console.Record(3, "three")]);
        intake.Pass(10_000).TakeAll([Console.Record(0, "Linux version 6.1.0", priority: 7, micros: 0), Console.Record(2, "two", micros: 10)]);

        var counts = Only(intake);
        Assert.Equal((4, 2), (counts.Received, counts.Lost));
    }

    [Fact]
    public void MoreSendersThanPlaces_AreOthers_AndNothingIsLostOfTheSums()
    {
        var intake = new Intake(options => options.Loss.MaxSenders = 3);
        for (var i = 0; i < 10; i++)
        {
            intake.Take(new Sender(i).Source, Console.Record(1, "one"));
        }

        var accounts = Accounts(intake);

        Assert.Equal(4, accounts.Count);
        Assert.Equal(7, accounts[("", Transport.Netconsole)].Received);
        Assert.Equal(7, intake.Shard.EvictedFrom(EvictedTable.Loss));
    }

    [Fact]
    public void HandingOver_ThatNobodyTakes_LosesNothing()
    {
        var intake = new Intake();
        for (ulong i = 1; i <= 5; i++)
        {
            intake.Take(Console.Record(i, "line")).Pass(2_000);
        }

        Assert.Equal(5, Only(intake).Received);
    }

    [Fact]
    public void HandingOver_TakesABatch_ThoseThatLostFirst_AndTheOthersGoOnCounting()
    {
        var counters = new ShardCounters();
        var ledger = new LossLedger(100, 2, counters);
        var tallies = Enumerable.Range(1, 5).Select(number => new LossTally(SourceEndPoint.FromIPv4((uint)number, 1), Transport.Netconsole)).ToArray();
        foreach (var tally in tallies)
        {
            ledger.Note(tally, new LossCounts { Received = 1 });
        }

        ledger.Note(tallies[4], new LossCounts { Lost = 2 });
        var handed = new List<string>();
        for (var second = 1; second <= 4; second++)
        {
            ledger.HandOver(new Moment(second * 1_000_000, 0));
            handed.Add(string.Join(' ', ledger.Take().Select(step => $"{step.Address}:{step.Counts.Received}/{step.Counts.Lost}")));
            ledger.Note(tallies[3], new LossCounts { Received = second == 1 ? 10 : 0 });
        }

        Assert.Equal(["0.0.0.5:1/2 0.0.0.1:1/0", "0.0.0.2:1/0 0.0.0.3:1/0", "0.0.0.4:11/0", ""], handed);
        Assert.Equal((15, 2), (counters.LossesOf(Transport.Netconsole).Received, counters.LossesOf(Transport.Netconsole).Lost));
    }

    [Fact]
    public void DumpsOfOneMachine_ShareAPlace()
    {
        var counters = new ShardCounters();
        var ledger = new LossLedger(2, 10, counters);
        for (var i = 0; i < 100; i++)
        {
            ledger.Add(SourceEndPoint.FromIPv4(1, 1), Transport.Netoops, new LossCounts { Received = 3 });
        }

        ledger.HandOver(new Moment(1_000_000, 0));
        Assert.Equal(300, Assert.Single(ledger.Take()).Counts.Received);
        Assert.Equal(0, counters.EvictedFrom(EvictedTable.Loss));

        ledger.Add(SourceEndPoint.FromIPv4(1, 1), Transport.Netoops, new LossCounts { Received = 1 });
        ledger.HandOver(new Moment(2_000_000, 0));
        Assert.Equal(1, Assert.Single(ledger.Take()).Counts.Received);
    }
}

/// <summary>The saver of the accounts on a real Postgres.</summary>
public sealed class LossSaverTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static LossLedger Ledger(params (string Address, long Received, long Lost)[] senders)
    {
        var ledger = new LossLedger(100, 100, new ShardCounters());
        foreach (var (address, received, lost) in senders)
        {
            ledger.Add(SourceEndPoint.From(new IPEndPoint(IPAddress.Parse(address), 1)), Transport.Netconsole, new LossCounts { Received = received, Lost = lost, LostText = lost });
        }

        ledger.Flush();
        return ledger;
    }

    [Fact]
    public async Task Batches_AreBounded_LossFirst_AndAllIsSavedInTheEnd()
    {
        await using var own = await PostgresFixture.CreateAsync();
        using var counters = new CollectorCounters();
        var options = new CollectorOptions { Name = "saver" };
        options.Loss.BatchSenders = 2;
        var ledger = Ledger(("10.0.0.1", 5, 0), ("10.0.0.2", 5, 0), ("10.0.0.3", 5, 0), ("10.0.0.4", 5, 3));
        var saver = new LossSaver(options, [ledger], counters, new LossAccounts(own.Source, TimeProvider.System), TimeProvider.System, NullLogger.Instance);
        var queries = new StoreQueries(own.Source, TimeProvider.System);

        Assert.True(await saver.SaveAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal((10, 3), await SumAsync());
        await saver.SaveLastAsync();
        Assert.Equal((20, 3), await SumAsync());

        async Task<(long, long)> SumAsync()
        {
            var budget = await queries.Ingest.LossBudgetAsync(DateTimeOffset.UtcNow.AddHours(-1), CancellationToken.None);
            return (budget.Received, budget.Lost);
        }
    }

    [Fact]
    public async Task Last_BehindASaveThatFailed_SavesWhatCameSinceToo()
    {
        await using var own = await PostgresFixture.CreateAsync();
        using var counters = new CollectorCounters();
        var ledger = Ledger(("10.0.0.1", 5, 0));
        var saver = new LossSaver(
            new CollectorOptions { Name = "last" }, [ledger], counters, new LossAccounts(own.Source, TimeProvider.System), TimeProvider.System, NullLogger.Instance);
        Assert.False(await saver.SaveAsync(TimeSpan.Zero));

        ledger.Add(SourceEndPoint.FromIPv4(0x0a000002, 1), Transport.Netconsole, new LossCounts { Received = 7 });
        ledger.Flush();
        await saver.SaveLastAsync();

        var budget = await new StoreQueries(own.Source, TimeProvider.System).Ingest.LossBudgetAsync(DateTimeOffset.UtcNow.AddHours(-1), CancellationToken.None);
        Assert.Equal(12, budget.Received);
    }

    [Fact]
    public async Task PostgresAway_StepsWait_AndAreSavedOnce()
    {
        using var counters = new CollectorCounters();
        await using var nowhere = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=1");
        var time = TimeProvider.System;
        var ledger = Ledger(("10.9.0.1", 7, 1));
        var options = new CollectorOptions { Name = "away" };
        var away = new LossSaver(options, [ledger], counters, new LossAccounts(nowhere, time), time, NullLogger.Instance);
        Assert.False(await away.SaveAsync(TimeSpan.FromSeconds(5)));
        Assert.False(await away.SaveAsync(TimeSpan.FromSeconds(5)));

        // The same save twice, as when the answer to the first was lost.
        var accounts = new LossAccounts(postgres.Source, time);
        var save = new LossSave("away", Guid.NewGuid(), 1, [new SenderLoss(IPAddress.Parse("10.9.0.1"), Transport.Netconsole, new LossCounts { Received = 7, Lost = 1 })], 2);
        await accounts.SaveAsync(save, CancellationToken.None);
        await accounts.SaveAsync(save, CancellationToken.None);

        var budget = await new StoreQueries(postgres.Source, time).Ingest.LossBudgetAsync(DateTimeOffset.UtcNow.AddHours(-1), CancellationToken.None);
        Assert.Equal((7, 1, 2), (budget.Received, budget.Lost, budget.KernelDrops));
        Assert.Equal((1L, 7 / 8d), (budget.LossySenders, budget.ArrivedShare));
    }
}

using Mayday.Protocol;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Tests.Shared;

namespace Mayday.Store.Tests;

/// <summary>Which machine a dump is of: machine id, else name, else address.</summary>
public sealed class HostIdentityTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly CrashWriter _writer = new(postgres.Source, TimeProvider.System);
    private readonly StoreQueries _queries = new(postgres.Source, TimeProvider.System);

    [Fact]
    public async Task Host_NamelessDumpsOfOneAddress_AreOneHostNamedByIt()
    {
        var hosts = await HostsOfAsync(Some.Dump("10.4.0.1", crashes: Some.Crash("h1")), Some.Dump("10.4.0.1", crashes: Some.Crash("h2")));
        Assert.Equal(["10.4.0.1", "10.4.0.1"], hosts.Select(host => host.Name));
        Assert.Single(hosts.Select(host => host.Id).Distinct());
    }

    [Fact]
    public async Task Host_Ipv4InIpv6Socket_IsShownDotted()
    {
        var hosts = await HostsOfAsync(Some.Dump("::ffff:10.4.0.2", crashes: Some.Crash("h3")), Some.Dump("10.4.0.2", crashes: Some.Crash("h4")));
        Assert.All(hosts, host => Assert.Equal("10.4.0.2", host.Name));
        Assert.Single(hosts.Select(host => host.Id).Distinct());
    }

    [Fact]
    public async Task Host_NameFromTwoAddresses_IsOneHostWithBoth()
    {
        var hosts = await HostsOfAsync(Some.Dump("10.4.0.3", "roamer", crashes: Some.Crash("h5")), Some.Dump("10.4.0.4", "roamer", crashes: Some.Crash("h6")));
        Assert.Single(hosts.Select(host => host.Id).Distinct());
        var detail = await _queries.Hosts.FindHostAsync(hosts[0].Id, default);
        Assert.Equal(["10.4.0.3", "10.4.0.4"], detail!.Addresses.Order());
        Assert.All(detail.AddressHistory, address => Assert.Equal("roamer", address.ClaimedName));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Host_NamelessDumpFromAnAddressWithOneName_IsThatHost(bool oneBatch)
    {
        var address = oneBatch ? "10.4.0.5" : "10.4.0.6";
        var name = "named-" + address;
        var nameless = Some.Dump(address, crashes: Some.Crash("h7"));
        var named = Some.Dump(address, name, crashes: Some.Crash("h8"));
        var hosts = oneBatch ? await HostsOfAsync(nameless, named) : [.. await HostsOfAsync(named), .. await HostsOfAsync(nameless)];
        Assert.All(hosts, host => Assert.Equal(name, host.Name));
    }

    [Fact]
    public async Task Host_NamelessDumpFromAnAddressWithTwoNames_IsTheAddress()
    {
        await HostsOfAsync(Some.Dump("10.4.0.7", "nat-a", crashes: Some.Crash("h9")), Some.Dump("10.4.0.7", "nat-b", crashes: Some.Crash("h10")));
        Assert.Equal("10.4.0.7", Assert.Single(await HostsOfAsync(Some.Dump("10.4.0.7", crashes: Some.Crash("h11")))).Name);
    }

    [Fact]
    public async Task Host_NamelessDumpMoreThanADayAfterTheName_IsTheAddress()
    {
        await HostsOfAsync(Some.Dump("10.4.0.8", "yesterday", at: Some.Now.AddHours(-25), crashes: Some.Crash("h12")));
        Assert.Equal("10.4.0.8", Assert.Single(await HostsOfAsync(Some.Dump("10.4.0.8", crashes: Some.Crash("h13")))).Name);
    }

    [Fact]
    public async Task Host_MachineId_BeatsNameAndAddress()
    {
        var hosts = await HostsOfAsync(
            Some.Dump("10.4.0.9", "before", machine: "machine-1", crashes: Some.Crash("h14")),
            Some.Dump("10.4.0.10", "renamed", machine: "machine-1", crashes: Some.Crash("h15")));
        Assert.Single(hosts.Select(host => host.Id).Distinct());
    }

    [Fact]
    public async Task Host_AgentOnAMachineKnownByName_KeepsItsHistory()
    {
        var before = Assert.Single(await HostsOfAsync(Some.Dump("10.4.0.11", "enrolled", crashes: Some.Crash("h16"))));
        var after = Assert.Single(await HostsOfAsync(Some.Dump("10.4.0.11", "enrolled", machine: "machine-2", crashes: Some.Crash("h17"))));
        var clone = Assert.Single(await HostsOfAsync(Some.Dump("10.4.0.11", "enrolled", machine: "machine-3", crashes: Some.Crash("h18"))));
        Assert.Equal(before.Id, after.Id);
        Assert.NotEqual(before.Id, clone.Id);
    }

    [Fact]
    public async Task Host_UploadForANamedMachine_DoesNotGiveItTheUploadersAddress()
    {
        var upload = Assert.Single(await HostsOfAsync(Some.Dump("10.4.0.12", "remote", transport: Transport.Http, crashes: Some.Crash("h19"))));
        Assert.Empty((await _queries.Hosts.FindHostAsync(upload.Id, default))!.Addresses);
        Assert.Equal("10.4.0.12", Assert.Single(await HostsOfAsync(Some.Dump("10.4.0.12", crashes: Some.Crash("h20")))).Name);
    }

    [Fact]
    public async Task Host_NoAddressAndNoName_IsUnknown()
    {
        var host = Assert.Single(await HostsOfAsync(Some.Dump(address: null, transport: Transport.Http, crashes: Some.Crash("h21"))));
        Assert.Equal("unknown", host.Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Host_NamelessCopyCameFirst_JoinsTheNamedOne(bool nameIsKnown)
    {
        var (address, name) = nameIsKnown ? ("10.4.1.1", "late-known") : ("10.4.1.2", "late-new");
        if (nameIsKnown)
        {
            await HostsOfAsync(Some.Dump("10.4.1.9", name, at: Some.Now.AddDays(-30), crashes: Some.Crash("h30", 5)));
        }

        var crash = Some.Crash("h31", time: 812.25);
        var first = (await _writer.WriteAsync([Some.Dump(address, crashes: crash), Some.Dump(address, crashes: Some.Crash("h32", 700))], default))[0];
        var second = Assert.Single(await _writer.WriteAsync([Some.Dump(address, name, transport: Transport.Netconsole, crashes: [crash, Some.Crash("h30", 813)])], default));

        Assert.Equal(first.CrashIds[0], second.CrashIds[0]);
        var found = (await _queries.Crashes.FindCrashAsync(first.CrashIds[0], default))!;
        Assert.Equal(name, found.Host);
        Assert.Equal(2, found.Witnesses.Count);
        var host = (await _queries.Hosts.FindHostAsync(found.HostId, default))!;
        Assert.Equal(nameIsKnown ? (4, 4) : (3, 3), (host.CrashCount, host.DumpCount));
        Assert.Contains(address, host.Addresses);
        Assert.Equal(host.Id, Assert.Single((await _queries.Hosts.ListHostsAsync(new HostFilter { Text = address }, new PageRequest(), default)).Items).Id);
        Assert.Equal(name, Assert.Single(await HostsOfAsync(Some.Dump(address, crashes: Some.Crash("h33", 900)))).Name);
    }

    [Fact]
    public async Task Host_NamedDumpWithAnotherReport_LeavesTheAddressAlone()
    {
        await HostsOfAsync(Some.Dump("10.4.1.3", crashes: Some.Crash("h34", 10)));
        var named = Assert.Single(await HostsOfAsync(Some.Dump("10.4.1.3", "behind-nat", crashes: Some.Crash("h35", 20))));
        Assert.Equal(1, named.CrashCount);
        Assert.Equal(2, (await _queries.Hosts.ListHostsAsync(new HostFilter { Text = "10.4.1.3" }, new PageRequest(), default)).Items.Count);
    }

    private async Task<HostDetail[]> HostsOfAsync(params FinishedDump[] dumps)
    {
        var hosts = new List<HostDetail>();
        foreach (var written in await _writer.WriteAsync(dumps, default))
        {
            var crash = await _queries.Crashes.FindCrashAsync(written.CrashIds[0], default);
            hosts.Add((await _queries.Hosts.FindHostAsync(crash!.HostId, default))!);
        }

        return [.. hosts];
    }
}

using System.Text;
using Mayday.Simulation.Captures;
using Mayday.Simulation.Replay;

namespace Mayday.Simulation.Tests;

public sealed class KernelReleaseFinderTests
{
    [Theory]
    [InlineData("<5>[    0.000000] Linux version 6.1.0-56-amd64 (debian) #1 SMP\n", "6.1.0-56-amd64")]
    [InlineData("Linux version 5.10.0 (a)\nLinux version 6.1.0 (b)\n", "6.1.0")]
    [InlineData("CPU: 0 PID: 125 Comm: containerd-shim Tainted: G           OE      6.1.0-56-amd64 #1  Debian 6.1.192-2\n", "6.1.0-56-amd64")]
    [InlineData("CPU: 1 UID: 0 PID: 5 Comm: a #1 b Not tainted 6.11.0-rc1-syzkaller #0\n", "6.11.0-rc1-syzkaller")]
    [InlineData("Pid: 125, comm: bash Not tainted 2.6.32-220.el6.x86_64 #1 Dell\nmodule tainted #2\n", "2.6.32-220.el6.x86_64")]
    [InlineData("CPU: 0 Tainted: G W 6.1.0 #1", "6.1.0")]
    [InlineData("tainted", "")]
    [InlineData("Linux version \n", "")]
    [InlineData("nothing of the kind\n", "")]
    [InlineData("", "")]
    public void Find_Log_GivesTheReleaseItPrints(string log, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(KernelReleaseFinder.Find(Encoding.ASCII.GetBytes(log)).Span));

    // quiet_oops holds no boot banner: the report's own line is all there is.
    [Theory]
    [InlineData("quiet_oops.ext.jsonl")]
    [InlineData("longlines.ext.jsonl")]
    public void Find_RealLog_GivesItsRelease(string name) =>
        Assert.Equal("6.1.0-56-amd64", Encoding.ASCII.GetString(KernelReleaseFinder.Find(CaptureLogs.Read(Captured.Datagrams(name))[0]).Span));
}

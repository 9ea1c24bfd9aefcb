using System.Text;
using Mayday.Agent.Uevents;
using Mayday.Protocol;

namespace Mayday.Agent.Tests.Uevents;

public sealed class UeventTests
{
    private static byte[] Datagram(string head, params string[] variables) => Encoding.UTF8.GetBytes(head + "\0" + string.Concat(variables.Select(variable => variable + "\0")));

    [Fact]
    public void Parse_KernelsDatagram_IsRead()
    {
        var uevent = Uevent.Parse(Datagram("change@/devices/pci0000:00/0000:00:03.0", "ACTION=change", "DEVPATH=/x", "SUBSYSTEM=pci", "ERROR_EVENT=FAILED_RECOVERY", "EMPTY=", "SEQNUM=7"))!;

        Assert.Equal(("change", "/devices/pci0000:00/0000:00:03.0"), (uevent.Action, uevent.DevicePath));
        Assert.Equal(("pci", "", null), (uevent["SUBSYSTEM"], uevent["EMPTY"], uevent["ABSENT"]));
        Assert.Equal(6, uevent.Variables.Count);
    }

    [Theory]
    [InlineData("libudev\0\xfe\xed\xca\xfe")]
    [InlineData("")]
    [InlineData("@/devices")]
    [InlineData("change@")]
    [InlineData("change@devices")]
    [InlineData("Change@/devices")]
    [InlineData("averyveryverylongaction@/devices")]
    public void Parse_AnythingElse_IsNone(string datagram) => Assert.Null(Uevent.Parse(Encoding.Latin1.GetBytes(datagram)));

    [Theory]
    [InlineData(Severity.Critical, "ERROR_EVENT=FAILED_RECOVERY", "change", "SUBSYSTEM=pci", "ERROR_EVENT=FAILED_RECOVERY")]
    [InlineData(Severity.Error, "ERROR_EVENT=BEGIN_RECOVERY", "change", "SUBSYSTEM=pci", "ERROR_EVENT=BEGIN_RECOVERY", "DEVICE_ONLINE=0")]
    [InlineData(Severity.Critical, "WEDGED=rebind,bus-reset", "change", "SUBSYSTEM=drm", "WEDGED=rebind,bus-reset")]
    [InlineData(Severity.Error, "ERROR=1", "change", "SUBSYSTEM=drm", "ERROR=1")]
    [InlineData(Severity.Error, "SUBSYSTEM=devcoredump", "add", "SUBSYSTEM=devcoredump")]
    [InlineData(Severity.Error, "DM_ACTION=PATH_FAILED", "change", "SUBSYSTEM=block", "DM_TARGET=multipath", "DM_ACTION=PATH_FAILED", "DM_PATH=8:32")]
    [InlineData(Severity.Error, "NVME_AEN=0x020001", "change", "SUBSYSTEM=nvme", "NVME_AEN=0x020001")]
    [InlineData(Severity.Warning, "SDEV_UA=CAPACITY_DATA_HAS_CHANGED", "change", "SUBSYSTEM=scsi", "SDEV_UA=CAPACITY_DATA_HAS_CHANGED")]
    [InlineData(Severity.Error, "OVER_CURRENT_PORT=/devices/usb1/1-0:1.0", "change", "SUBSYSTEM=usb", "OVER_CURRENT_PORT=/devices/usb1/1-0:1.0")]
    [InlineData(Severity.Warning, "SUBSYSTEM=gfs2", "offline", "SUBSYSTEM=gfs2")]
    public void EventOf_ErrorKinds_HasTheSeverityOfTheKind(Severity severity, string says, string action, params string[] variables)
    {
        var one = UeventRules.EventOf(Uevent.Parse(Datagram(action + "@/devices/x", variables))!)!;

        Assert.Equal(severity, one.Severity);
        Assert.Equal($"uevent {action}@/devices/x: {says}", one.Text);
        Assert.Equal(says[..says.IndexOf('=')], one.Format![(one.Format!.IndexOf(": ", StringComparison.Ordinal) + 2)..^3]);
        Assert.Equal(variables.Length, one.Fields.Count);
    }

    [Theory]
    [InlineData("add", "SUBSYSTEM=pci")]
    [InlineData("change", "SUBSYSTEM=drm", "HOTPLUG=1")]
    [InlineData("change", "SUBSYSTEM=block", "DISK_MEDIA_CHANGE=1")]
    [InlineData("change", "SUBSYSTEM=power_supply", "POWER_SUPPLY_HEALTH=Good")]
    [InlineData("change", "SUBSYSTEM=nvme", "NVME_AEN=0x000002")]
    [InlineData("change", "SUBSYSTEM=drm", "ERROR=0")]
    [InlineData("remove", "SUBSYSTEM=devcoredump")]
    [InlineData("online", "SUBSYSTEM=cpu")]
    public void EventOf_EverythingElse_IsNone(string action, params string[] variables) =>
        Assert.Null(UeventRules.EventOf(Uevent.Parse(Datagram(action + "@/devices/x", variables))!));

    [Fact]
    public void Parse_AnyBytes_NeverThrows()
    {
        var random = new Random(19);
        var seed = Datagram("change@/devices/x", "SUBSYSTEM=nvme", "NVME_AEN=0x020001", "POWER_SUPPLY_HEALTH=Dead");
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = seed[..random.Next(seed.Length + 1)];
            for (var change = random.Next(4); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (Uevent.Parse(bytes) is { } uevent)
            {
                _ = UeventRules.EventOf(uevent);
            }
        }
    }
}

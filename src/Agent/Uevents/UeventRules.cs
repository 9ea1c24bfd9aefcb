using System.Globalization;
using Mayday.Agent.Forwarding;
using Mayday.Agent.Printk;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Agent.Uevents;

/// <summary>Which uevents report an error. Most only say that a device was added, removed or changed. Those that a driver sends because
/// something broke have a specific variable, which the rules check (docs/agent.md lists them).</summary>
public static class UeventRules
{
    private delegate bool ValueTest(string value);

    private sealed record Rule(string Key, Severity Severity, ValueTest? Test = null, string? Subsystem = null, string? Action = null);

    // The first matching rule is used, so more severe rules come before less severe ones.
    private static readonly Rule[] s_rules =
    [
        // drivers/pci/pci-driver.c, pci_uevent_ers: recovery from an error that AER or EEH reported
        new("ERROR_EVENT", Severity.Critical, value => value == "FAILED_RECOVERY"),
        new("ERROR_EVENT", Severity.Error),
        // drivers/gpu/drm/drm_drv.c, drm_dev_wedged_event: the GPU hangs and says what would bring it back
        new("WEDGED", Severity.Critical),
        // i915: hangs, resets and parity errors of the L3 cache; xe: DEVICE_STATUS=NEEDS_RESET
        new("L3_PARITY_ERROR", Severity.Error, IsOne),
        new("ERROR", Severity.Error, value => value != "0"),
        new("RESET_FAILED", Severity.Critical),
        new("DEVICE_STATUS", Severity.Error, value => value == "NEEDS_RESET"),
        new("RESET", Severity.Error, IsOne),
        // drivers/base/devcoredump.c: the firmware of a device crashed and left a dump
        new("SUBSYSTEM", Severity.Error, value => value == "devcoredump", Action: "add"),
        // drivers/md/dm-uevent.c, dm-verity-target.c
        new("DM_ACTION", Severity.Error, value => value == "PATH_FAILED"),
        new("DM_ACTION", Severity.Notice, value => value == "PATH_REINSTATED"),
        new("DM_VERITY_ERR_BLOCK_NR", Severity.Critical),
        // drivers/nvme/host/core.c: asynchronous events of the types error (0) and SMART (1)
        new("NVME_AEN", Severity.Error, IsFaultOfNvme),
        // drivers/scsi/scsi_lib.c: unit attentions
        new("SDEV_UA", Severity.Warning),
        // drivers/usb/core/hub.c
        new("OVER_CURRENT_PORT", Severity.Error),
        // drivers/power/supply: Overheat, Dead, Over voltage ...
        new("POWER_SUPPLY_HEALTH", Severity.Error, value => value is not ("Good" or "Unknown"), Action: "change"),
        // drivers/thermal: a trip point was crossed
        new("TRIP", Severity.Warning, Subsystem: "thermal"),
        // gfs2 and others withdraw a filesystem; processors and memory are taken offline. Going online again is no error.
        new("SUBSYSTEM", Severity.Warning, Action: "offline"),
    ];

    /// <summary>Makes an event of a uevent that reports an error.</summary>
    /// <param name="uevent">Any uevent.</param>
    /// <returns>Null when no rule matches.</returns>
    public static AgentEvent? EventOf(Uevent uevent)
    {
        ArgumentNullException.ThrowIfNull(uevent);
        foreach (var rule in s_rules)
        {
            if ((rule.Action is null || rule.Action == uevent.Action)
                && (rule.Subsystem is null || rule.Subsystem == uevent["SUBSYSTEM"])
                && uevent[rule.Key] is { } value
                && (rule.Test is null || rule.Test(value)))
            {
                return EventOf(uevent, rule.Key, value, rule.Severity);
            }
        }

        return null;
    }

    // One format per kind of error; objects and values are its arguments.
    private static AgentEvent EventOf(Uevent uevent, string key, string value, Severity severity)
    {
        var format = $"uevent {uevent.Action}@%s: {key}=%s";
        return new AgentEvent
        {
            Facility = uevent["SUBSYSTEM"] is { Length: > 0 } subsystem ? subsystem : "kobject",
            Severity = severity,
            EventType = EvlogCrc.EventTypeOf(format),
            Format = format,
            Values = [PrintkValue.Of(uevent.DevicePath), PrintkValue.Of(value)],
            Text = $"uevent {uevent.Action}@{uevent.DevicePath}: {key}={value}",
            Fields = uevent.Variables,
        };
    }

    private static bool IsOne(string value) => value == "1";

    // Bits 2..0 of the completion: the type of the asynchronous event (NVMe base specification, "Asynchronous Event Request").
    private static bool IsFaultOfNvme(string value) =>
        uint.TryParse(value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? value.AsSpan(2) : value, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var result)
        && (result & 7) <= 1;
}

using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Mayday.System.Tests;

/// <summary>
/// A real Debian kernel in QEMU (software emulation) with busybox for user space: it loads netconsole towards a UDP port of this
/// machine and then dies in the way it is told to.
/// </summary>
internal sealed class QemuGuest
{
    private const string Busybox = "/bin/busybox";
    private const string Qemu = "/usr/bin/qemu-system-x86_64";

    // What netconsole sends before the link is up is lost in the guest. 10.0.2.2 is this machine's loopback as QEMU's user network shows it; the MAC address is that of its gateway.
    private const string Init = """
        #!/bin/busybox sh
        /bin/busybox mount -t proc proc /proc
        /bin/busybox mount -t sysfs sys /sys
        /bin/busybox mount -t devtmpfs dev /dev
        for module in e1000 configfs; do /bin/busybox insmod /lib/$module.ko; done
        /bin/busybox ip link set eth0 up
        /bin/busybox ip addr add 10.0.2.15/24 dev eth0
        /bin/busybox ip route add default via 10.0.2.2
        /bin/busybox dmesg -n 8
        argument() { /bin/busybox sed -n "s/.*$1=\([^ ]*\).*/\1/p" /proc/cmdline; }
        until /bin/busybox dmesg | /bin/busybox grep -q "eth0 NIC Link is Up"; do /bin/busybox usleep 50000; done
        /bin/busybox insmod /lib/netconsole.ko "netconsole=$(argument ncformat | /bin/busybox tr -d -)6665@10.0.2.15/eth0,$(argument ncport)@10.0.2.2/52:55:0a:00:02:02"
        echo "mayday system test says goodbye" > /dev/kmsg
        case $(argument death) in
        sysrq) echo c > /proc/sysrq-trigger ;;
        init) exit 1 ;;
        esac
        """;

    public static string? WhyNot() =>
        !File.Exists(Qemu) ? "no qemu-system-x86_64 on this machine (package qemu-system-x86)"
        : !File.Exists(Busybox) ? "no /bin/busybox on this machine (package busybox-static)"
        : !File.Exists(Path.Combine(Repository.Kernel, "vmlinuz")) ? "no Debian kernel in artifacts/kernel (tests/System/fetch-kernel)"
        : null;

    public static string Release => File.ReadAllText(Path.Combine(Repository.Kernel, "release")).Trim();

    /// <summary>Boots, crashes, and returns what the serial console showed.</summary>
    /// <param name="extended">Extended netconsole; else basic.</param>
    /// <param name="port">UDP port on this machine's loopback.</param>
    /// <param name="death">"sysrq" (panic by sysrq c) or "init" (init ends).</param>
    /// <param name="cancellation">Ends the guest.</param>
    public static async Task<string> RunAsync(bool extended, int port, string death, CancellationToken cancellation)
    {
        var work = Directory.CreateTempSubdirectory("mayday-qemu-");
        try
        {
            var initrd = Path.Combine(work.FullName, "initrd");
            await WriteInitrdAsync(Path.Combine(work.FullName, "root"), initrd, cancellation);
            // ncformat is never empty: a missing word would shift what sed finds.
            var append = string.Create(CultureInfo.InvariantCulture,
                $"console=ttyS0 panic=1 rcupdate.rcu_cpu_stall_suppress=1 ncport={port} ncformat=-{(extended ? "+" : "")} death={death}");
            var start = new ProcessStartInfo(Qemu)
            {
                ArgumentList =
                {
                    "-accel", "tcg", "-m", "256", "-nographic", "-no-reboot",
                    "-kernel", Path.Combine(Repository.Kernel, "vmlinuz"), "-initrd", initrd, "-append", append,
                    "-netdev", "user,id=n0", "-device", "e1000,netdev=n0",
                },
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var serial = process.StandardOutput.ReadToEndAsync(cancellation);
                await process.WaitForExitAsync(cancellation);
                return await serial;
            }
            finally
            {
                if (!process.HasExited)
                {
                    process.Kill();
                }
            }
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task WriteInitrdAsync(string root, string initrd, CancellationToken cancellation)
    {
        foreach (var folder in new[] { "bin", "proc", "sys", "dev", "lib" })
        {
            Directory.CreateDirectory(Path.Combine(root, folder));
        }

        File.Copy(Busybox, Path.Combine(root, "bin", "busybox"));
        foreach (var module in Directory.GetFiles(Path.Combine(Repository.Kernel, "modules")))
        {
            File.Copy(module, Path.Combine(root, "lib", Path.GetFileName(module)));
        }

        var init = Path.Combine(root, "init");
        await File.WriteAllTextAsync(init, Init, new UTF8Encoding(false), cancellation);
        File.SetUnixFileMode(init, (UnixFileMode)0b111_101_101);

        using var cpio = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "find . | cpio -o -H newc --quiet" },
            WorkingDirectory = root,
            RedirectStandardOutput = true,
        })!;
        await using var file = File.Create(initrd);
        await using (var zipped = new GZipStream(file, CompressionLevel.Fastest))
        {
            await cpio.StandardOutput.BaseStream.CopyToAsync(zipped, cancellation);
        }

        await cpio.WaitForExitAsync(cancellation);
        Assert.Equal(0, cpio.ExitCode);
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Mayday.Collector.Tests;

/// <summary>A file system of a few megabytes (a tmpfs), so that a full disk is a real one. Needs the right to mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    public static bool TryMount(int bytes, out SmallDisk? disk, out string why)
    {
        disk = null;
        var folder = Directory.CreateTempSubdirectory("mayday-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={bytes}"), "mayday-test", folder) is { } failure)
        {
            Directory.Delete(folder);
            why = $"a small file system cannot be mounted here: {failure}";
            return false;
        }

        disk = new SmallDisk(folder);
        why = "";
        return true;
    }

    public void Dispose()
    {
        Run("umount", "-l", Folder);
        Directory.Delete(Folder);
    }

    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Trim();
        }
        catch (System.ComponentModel.Win32Exception absent)
        {
            return absent.Message;
        }
    }
}

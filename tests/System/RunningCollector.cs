using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Mayday.System.Tests;

/// <summary><c>mayday collector</c> as the service manager starts it: with sockets that outlive it, handed over by LISTEN_FDS.</summary>
internal sealed partial class RunningCollector : IDisposable
{
    private const int Sigkill = 9;
    private const int Sigterm = 15;
    private const int SetDescriptorFlags = 2;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningCollector(Process process) => _process = process;

    /// <summary>Completes when it receives.</summary>
    public Task Listening => _listening.Task;

    public string Output => string.Join('\n', _output);

    public bool HasEnded => _process.HasExited;

    /// <summary>Builds the program where nobody has yet.</summary>
    public static async Task BuildAsync(CancellationToken cancellation)
    {
        using var build = Process.Start(new ProcessStartInfo(Repository.Wrapper, "--help") { RedirectStandardOutput = true })!;
        await build.StandardOutput.ReadToEndAsync(cancellation);
        await build.WaitForExitAsync(cancellation);
    }

    public static RunningCollector Start(IReadOnlyList<(string Name, Socket Socket)> sockets, IReadOnlyDictionary<string, string> settings)
    {
        // The shell puts the descriptors where the protocol wants them, and becomes the program: LISTEN_PID is its own number.
        var moves = "";
        for (var i = 0; i < sockets.Count; i++)
        {
            var descriptor = (int)sockets[i].Socket.Handle;
            _ = Control(descriptor, SetDescriptorFlags, 0);
            moves += string.Create(CultureInfo.InvariantCulture, $"exec {3 + i}<&{descriptor} {descriptor}<&-; ");
        }

        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"{moves}export LISTEN_PID=$$ LISTEN_FDS={sockets.Count} LISTEN_FDNAMES={string.Join(':', sockets.Select(one => one.Name))}; exec \"$0\" collector");
        start.ArgumentList.Add(Repository.Program);
        foreach (var (key, value) in settings)
        {
            start.Environment["MAYDAY_" + key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var process = new Process { StartInfo = start };
        var running = new RunningCollector(process);
        process.OutputDataReceived += running.Read;
        process.ErrorDataReceived += running.Read;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => running._listening.TrySetResult();
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return running;
    }

    /// <summary>kill -9: no handler runs.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        _ = Kill(_process.Id, Sigkill);
        await _process.WaitForExitAsync(cancellation);
    }

    /// <summary>As the service manager stops it. Returns the exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellation)
    {
        _ = Kill(_process.Id, Sigterm);
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Sigkill);
        }

        _process.Dispose();
    }

    private void Read(object sender, DataReceivedEventArgs received)
    {
        if (received.Data is not { } line)
        {
            return;
        }

        _output.Enqueue(line);
        if (line.StartsWith("Mayday's collector listens", StringComparison.Ordinal))
        {
            _listening.TrySetResult();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mayday.System.Tests;

/// <summary>The real agent, started as systemd would start it: <c>mayday agent run</c>, the program that <see cref="RunningMayday"/> has built.</summary>
internal sealed partial class RunningAgent : IAsyncDisposable
{
    private const int Sigterm = 15;
    private const int Sigkill = 9;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private RunningAgent(Process process) => _process = process;

    public string Output => string.Join('\n', _output);

    public static RunningAgent Start(Uri collector, string host, string spool, params string[] more)
    {
        var start = new ProcessStartInfo(Repository.Program)
        {
            ArgumentList = { "agent", "run", "--to", collector.ToString(), "--host", host, "--spool", spool },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in more)
        {
            start.ArgumentList.Add(argument);
        }

        var process = new Process { StartInfo = start };
        var agent = new RunningAgent(process);
        process.OutputDataReceived += agent.Read;
        process.ErrorDataReceived += agent.Read;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return agent;
    }

    /// <summary>What systemd does. Returns the exit code.</summary>
    public async Task<int> TerminateAsync(CancellationToken cancellation)
    {
        _ = Kill(_process.Id, Sigterm);
        await _process.WaitForExitAsync(cancellation).WaitAsync(TimeSpan.FromMinutes(2), cancellation);
        return _process.ExitCode;
    }

    /// <summary>kill -9: no handler runs.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        _ = Kill(_process.Id, Sigkill);
        await _process.WaitForExitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void Read(object sender, DataReceivedEventArgs received)
    {
        if (received.Data is { } line)
        {
            _output.Enqueue(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}

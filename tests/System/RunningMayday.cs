using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Mayday.System.Tests;

/// <summary>The real program, started as a person starts it: <c>./mayday up</c> with ports of its own choice.</summary>
internal sealed partial class RunningMayday : IAsyncDisposable
{
    private const int Sigint = 2;
    private const int Sigkill = 9;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, string> _banner = new();

    private RunningMayday(Process process) => _process = process;

    public string Data { get; private init; } = "";

    public Uri Page => new(_banner["page"]);

    public int Netoops => Port("netoops");

    public int Netconsole => Port("netconsole");

    public int Pid => _process.Id;

    public string Output => string.Join('\n', _output);

    /// <summary>A data directory that the cluster's own user can enter too.</summary>
    public static string NewDataDirectory()
    {
        var path = Path.Combine("/tmp", "mayday-system-" + Guid.NewGuid().ToString("N")[..12]);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }

    public static Task<RunningMayday> StartAsync(string data, CancellationToken cancellation) => StartAsync(data, [Repository.Wrapper], cancellation);

    /// <summary>With the time of day so many days ahead, for the program and its Postgres. The program must have been built.</summary>
    /// <param name="library">libfaketime: loaded by the dynamic linker, it answers in place of the C library's clock.</param>
    public static Task<RunningMayday> StartAheadAsync(string data, int days, string library, CancellationToken cancellation) =>
        StartAsync(data, [$"LD_PRELOAD={library}", string.Create(CultureInfo.InvariantCulture, $"FAKETIME=+{days}d"), Repository.Program], cancellation);

    private static async Task<RunningMayday> StartAsync(string data, string[] program, CancellationToken cancellation)
    {
        // A test run that was started in the background ignores Ctrl-C, and so would all its children; a person's terminal does not.
        string[] arguments =
        [
            "--default-signal=INT", .. program, "up", "--data", data, "--http", "0", "--netoops", "0", "--netconsole", "0", "--evlog", "0",
        ];
        var start = new ProcessStartInfo("/usr/bin/env", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var process = new Process { StartInfo = start };
        var running = new RunningMayday(process) { Data = data };
        process.OutputDataReceived += running.Read;
        process.ErrorDataReceived += running.Read;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => running._up.TrySetException(new InvalidOperationException($"mayday ended before it was up:\n{running.Output}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await running._up.Task.WaitAsync(TimeSpan.FromMinutes(5), cancellation);
        return running;
    }

    /// <summary>Ctrl-C. Returns the exit code.</summary>
    public async Task<int> InterruptAsync(CancellationToken cancellation)
    {
        _ = Kill(_process.Id, Sigint);
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
            try
            {
                await InterruptAsync(CancellationToken.None);
            }
            catch (TimeoutException)
            {
                _ = Kill(_process.Id, Sigkill);
            }
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
        if (BannerLine().Match(line) is { Success: true } match)
        {
            _banner[match.Groups["name"].Value] = match.Groups["value"].Value;
        }

        if (line.StartsWith("Ctrl-C", StringComparison.Ordinal))
        {
            _up.TrySetResult();
        }
    }

    private int Port(string name) => int.Parse(_banner[name], CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s+(?<name>page|netoops|netconsole|evlog)\s+(?:UDP )?(?<value>\S+)")]
    private static partial Regex BannerLine();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}

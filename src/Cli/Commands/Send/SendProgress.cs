using System.Globalization;
using Mayday.Simulation.Replay;

namespace Mayday.Cli.Commands.Send;

/// <summary>A progress line on a terminal. Prints nothing if standard error is a pipe or a file.</summary>
internal sealed class SendProgress : IProgress<ReplayProgress>, IDisposable
{
    // Four updates per second are enough to show progress.
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(250);

    private readonly bool _isTerminal = !Console.IsErrorRedirected;
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private TimeSpan _last;
    private bool _isShown;

    public void Report(ReplayProgress value)
    {
        var elapsed = TimeProvider.System.GetElapsedTime(_start);
        if (!_isTerminal || elapsed - _last < s_between)
        {
            return;
        }

        _last = elapsed;
        _isShown = true;
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture,
            $"\rsent {value.Sent} datagrams, {value.Bytes} bytes, {value.HostsDone} of {value.Hosts} hosts done   "));
    }

    public void Dispose()
    {
        if (_isShown)
        {
            // Return to the first column and erase to the end of the line.
            Console.Error.Write("\r\u001b[K");
        }
    }
}

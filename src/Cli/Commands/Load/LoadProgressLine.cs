using System.Globalization;
using Mayday.Simulation.Load;

namespace Mayday.Cli.Commands.Load;

/// <summary>A progress line on a terminal. Prints nothing if standard error is a pipe or a file.</summary>
internal sealed class LoadProgressLine : IProgress<LoadProgress>, IDisposable
{
    // Four updates per second are enough to show progress.
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(250);

    private readonly bool _isTerminal = !Console.IsErrorRedirected;
    private TimeSpan _last;
    private bool _isShown;

    public void Report(LoadProgress value)
    {
        if (!_isTerminal || value.Elapsed - _last < s_between)
        {
            return;
        }

        _last = value.Elapsed;
        Show(string.Create(CultureInfo.InvariantCulture,
            $"{value.Elapsed.TotalSeconds:0.0} s: sent {value.Sent:N0} datagrams ({value.Sent / value.Elapsed.TotalSeconds:N0} a second), {value.Crashes:N0} crashes"));
    }

    public void Show(string text)
    {
        if (_isTerminal)
        {
            _isShown = true;

            // Return to the first column and erase to the end of the line.
            Console.Error.Write("\r\u001b[K" + text);
        }
    }

    public void Dispose()
    {
        if (_isShown)
        {
            Console.Error.Write("\r\u001b[K");
        }
    }
}

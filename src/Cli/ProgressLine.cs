using System.Globalization;

namespace Mayday.Cli;

/// <summary>A line like "123 of 4,567" on a terminal, rewritten in place. Prints nothing into a pipe.</summary>
internal sealed class ProgressLine(long total) : IDisposable
{
    // More frequent updates cost more than they show.
    private const int Every = 16;

    private readonly bool _shown = !Console.IsErrorRedirected;
    private long _done;

    public void Advance()
    {
        _done++;
        if (_shown && (_done % Every == 0 || _done == total))
        {
            Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{_done:N0} of {total:N0} "));
        }
    }

    public void Clear()
    {
        if (_shown)
        {
            Console.Error.Write("\r\x1b[K");
        }
    }

    public void Dispose() => Clear();
}

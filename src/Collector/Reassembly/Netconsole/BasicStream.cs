using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>Basic netconsole: plain text without record headers. A line may span datagrams. An unfinished line is examined early, and again
/// when it is complete.</summary>
internal sealed class BasicStream(SourceEndPoint source) : ConsoleStream(source)
{
    // The kernel cuts lines at 1,000 bytes; a line longer than this is examined in parts.
    private const int LongestLine = 4096;

    private byte[] _open = [];
    private int _openLength;

    public override bool IsExtended => false;

    public LineSight See(ReadOnlySpan<byte> datagram, long sinceLast, long lineTimeout)
    {
        var sight = default(LineSight);
        if (_openLength > 0 && sinceLast > lineTimeout)
        {
            _openLength = 0;
        }

        while (!datagram.IsEmpty)
        {
            var end = datagram.IndexOf((byte)'\n');
            var line = end < 0 ? datagram : datagram[..end];
            datagram = end < 0 ? default : datagram[(end + 1)..];
            if (_openLength > 0)
            {
                line = Extend(line);
            }

            sight = sight.And(LineWatch.SeeConsoleLine(line));
            if (end < 0 && _openLength == 0)
            {
                Extend(line);
            }
            else if (end >= 0)
            {
                _openLength = 0;
            }
        }

        return sight;
    }

    public override void Reset() => _openLength = 0;

    private ReadOnlySpan<byte> Extend(ReadOnlySpan<byte> more)
    {
        if (_openLength + more.Length > LongestLine)
        {
            _openLength = 0;
            more = more[..Math.Min(more.Length, LongestLine)];
        }

        if (_open.Length < _openLength + more.Length)
        {
            Array.Resize(ref _open, Math.Min(LongestLine, Math.Max(256, (_openLength + more.Length) * 2)));
        }

        more.CopyTo(_open.AsSpan(_openLength));
        _openLength += more.Length;
        return _open.AsSpan(0, _openLength);
    }
}

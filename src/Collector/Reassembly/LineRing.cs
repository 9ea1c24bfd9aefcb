using Mayday.Collector.Receive;
using Mayday.Store;

namespace Mayday.Collector.Reassembly;

/// <summary>
/// The last datagrams of one stream, as received, each with the header of <see cref="DatagramLog"/>, so that a window takes them over with
/// one copy. A circle of bytes whose entries never wrap; it grows with use up to its limit, then the oldest give way.
/// </summary>
internal sealed class LineRing(int maxLines, int maxBytes)
{
    private const int FirstBytes = 1 << 10;

    private byte[] _bytes = [];
    private int _head;
    private int _tail;

    // End of the used part in front of the wrap; entries behind it begin again at 0.
    private int _wrap;

    public int Count { get; private set; }

    public int Capacity => _bytes.Length;

    /// <summary>Keeps a datagram; returns by how many bytes the ring grew.</summary>
    public int Add(ReadOnlySpan<byte> datagram, Moment now)
    {
        var need = DatagramLog.HeaderLength + datagram.Length;
        if (maxLines == 0 || need > maxBytes)
        {
            return 0;
        }

        if (Count == maxLines)
        {
            DropOldest();
        }

        var before = _bytes.Length;
        while (!TryPlace(need))
        {
            if (_bytes.Length < maxBytes)
            {
                Grow(need);
            }
            else
            {
                DropOldest();
            }
        }

        DatagramLog.WriteHeader(_bytes.AsSpan(_tail), datagram.Length, now.Utc);
        datagram.CopyTo(_bytes.AsSpan(_tail + DatagramLog.HeaderLength));
        _tail += need;
        Count++;
        return _bytes.Length - before;
    }

    /// <summary>Gives all entries to <paramref name="window"/>, oldest first, and is empty then.</summary>
    public void MoveTo(CrashWindow window)
    {
        if (Count > 0)
        {
            if (_tail > _head)
            {
                window.TakeContainer(_bytes.AsSpan(_head, _tail - _head));
            }
            else
            {
                window.TakeContainer(_bytes.AsSpan(_head, _wrap - _head));
                window.TakeContainer(_bytes.AsSpan(0, _tail));
            }
        }

        Clear();
    }

    public void Clear() => _head = _tail = _wrap = Count = 0;

    private bool TryPlace(int need)
    {
        if (Count == 0)
        {
            _head = _tail = 0;
            return need <= _bytes.Length;
        }

        if (_tail <= _head)
        {
            return _head - _tail >= need;
        }

        if (_bytes.Length - _tail >= need)
        {
            return true;
        }

        if (_head < need)
        {
            return false;
        }

        _wrap = _tail;
        _tail = 0;
        return true;
    }

    private void DropOldest()
    {
        _head += DatagramLog.HeaderLength + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(_head));
        Count--;
        if (_tail < _head && _head == _wrap)
        {
            _head = 0;
        }
        else if (Count == 0)
        {
            Clear();
        }
    }

    private void Grow(int need)
    {
        var size = Math.Max(FirstBytes, _bytes.Length * 2);
        while (size < _bytes.Length + need)
        {
            size *= 2;
        }

        var larger = new byte[Math.Min(size, maxBytes)];
        var used = 0;
        if (Count > 0 && _tail > _head)
        {
            used = _tail - _head;
            _bytes.AsSpan(_head, used).CopyTo(larger);
        }
        else if (Count > 0)
        {
            used = _wrap - _head;
            _bytes.AsSpan(_head, used).CopyTo(larger);
            _bytes.AsSpan(0, _tail).CopyTo(larger.AsSpan(used));
            used += _tail;
        }

        _bytes = larger;
        _head = 0;
        _tail = used;
    }
}

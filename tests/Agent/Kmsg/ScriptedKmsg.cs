using System.Text;
using Mayday.Agent.Kmsg;
using Mayday.Linux.Kmsg;

namespace Mayday.Agent.Tests.Kmsg;

/// <summary>A kernel log that overwrites when the test says so: the ring and the reader's place in it, by the rules of Documentation/ABI/testing/dev-kmsg.</summary>
internal sealed class ScriptedKmsg : IKmsgDevice
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, byte[]> _ring = [];
    private readonly SemaphoreSlim _changed = new(0);
    private ulong? _next;

    public ulong NextSequence { get; set; }

    public bool IsDisposed { get; private set; }

    public void Log(string prefix, string rest)
    {
        lock (_gate)
        {
            _ring[NextSequence] = Encoding.UTF8.GetBytes($"{prefix},{NextSequence},{NextSequence * 1000},{rest}\n");
            NextSequence++;
        }

        _changed.Release();
    }

    public void LogRaw(string record)
    {
        lock (_gate)
        {
            _ring[NextSequence++] = Encoding.UTF8.GetBytes(record);
        }

        _changed.Release();
    }

    /// <summary>Everything before a record is gone.</summary>
    public void OverwriteUpTo(ulong sequence)
    {
        lock (_gate)
        {
            foreach (var gone in _ring.Keys.Where(key => key < sequence).ToList())
            {
                _ring.Remove(gone);
            }
        }
    }

    /// <summary>Another reader: its first read gives the oldest record.</summary>
    public void Reopen() => _next = null;

    public int Read(Span<byte> buffer)
    {
        lock (_gate)
        {
            if (_ring.Count == 0)
            {
                return KmsgDevice.NothingYet;
            }

            var oldest = _ring.Keys.First();
            _next ??= oldest;
            if (_next < oldest)
            {
                _next = oldest;
                return KmsgDevice.Overwritten;
            }

            if (!_ring.TryGetValue(_next.Value, out var record))
            {
                return KmsgDevice.NothingYet;
            }

            _next++;
            record.CopyTo(buffer);
            return record.Length;
        }
    }

    public void Wait() => _changed.Wait();

    public void Wake() => _changed.Release();

    public void Dispose() => IsDisposed = true;
}

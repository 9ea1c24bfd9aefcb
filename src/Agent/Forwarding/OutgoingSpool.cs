using System.Globalization;
using Mayday.Agent.Kmsg;

namespace Mayday.Agent.Forwarding;

/// <summary>Batches on disk from the time they are closed until the collector has answered: files in order, bounded in bytes, found again
/// at the next start. When the spool is full new batches are refused, because the oldest show the first cause. May be used on any
/// thread.</summary>
internal sealed class OutgoingSpool : IDisposable
{
    private const string Extension = ".spool";
    private const string StateName = "state";

    // A batch of one event with some fields, and some reserve.
    private const int SmallBatch = 64 << 10;

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly Guid _boot;
    private readonly long _maxBytes;
    private readonly long _fileBytes;
    private readonly FileStream _lock;
    private readonly LinkedList<SpoolFile> _files = new();
    private SpoolFile? _writing;
    private SpoolState _state;
    private long _lastNumber;
    private long _bytes;
    private long _batches;
    private long _peeked;

    private OutgoingSpool(string folder, Guid boot, long maxBytes, long fileBytes, FileStream ownership)
    {
        _boot = boot;
        _folder = folder;
        _maxBytes = maxBytes;
        _fileBytes = fileBytes;
        _lock = ownership;
        _state = SpoolState.Load(Path.Combine(folder, StateName));
        _lastNumber = _state.File;
        Cursor = _state.Cursor;
        FindFiles();
    }

    /// <summary>How far the kernel log was read.</summary>
    public KmsgCursor Cursor { get; private set; }

    /// <summary>Number of waiting batches.</summary>
    public long Batches => Interlocked.Read(ref _batches);

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Files that ended in a damaged record when they were found.</summary>
    public int DamagedFiles { get; private set; }

    /// <summary>Batches that could no longer be read.</summary>
    public long LostBatches { get; private set; }

    /// <summary>Why the disk refused the last batch; null when it was written.</summary>
    public string? Failure { get; private set; }

    /// <summary>False while there is no room even for a small batch.</summary>
    public bool HasRoom => Bytes + SmallBatch < _maxBytes;

    /// <summary>Losses that an earlier run could not report.</summary>
    public long UntoldDrops => _state.Dropped;

    /// <summary>Opens the spool, and keeps others out of it.</summary>
    /// <param name="folder">Made when it is not there, readable by its owner only.</param>
    /// <param name="boot">The running boot.</param>
    /// <param name="maxBytes">Bound of all files together.</param>
    /// <param name="fileBytes">A file that has so many is closed; it is deleted as a whole when sent.</param>
    /// <exception cref="IOException">The folder cannot be used, or another agent uses it.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public static OutgoingSpool Open(string folder, Guid boot, long maxBytes, long fileBytes)
    {
        // Kernel messages may reveal what users do, so only the owner may read them.
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var ownership = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            return new OutgoingSpool(folder, boot, maxBytes, fileBytes, ownership);
        }
        catch
        {
            ownership.Dispose();
            throw;
        }
    }

    /// <summary>Keeps a batch; it is on disk when this returns true.</summary>
    public bool TryAppend(OutgoingBatch batch)
    {
        var payload = SpooledBatch.Write(batch);
        lock (_gate)
        {
            if (_bytes + payload.Length + SpoolFile.RecordOverhead + SpoolFile.HeaderLength > _maxBytes)
            {
                return false;
            }

            try
            {
                if (_writing is null || _writing.Length >= _fileBytes)
                {
                    // Numbers only grow, also over restarts: their order is the order of the batches.
                    var name = (++_lastNumber).ToString("D12", CultureInfo.InvariantCulture) + Extension;
                    _writing = new SpoolFile(Path.Combine(_folder, name), _lastNumber);
                    _files.AddLast(_writing);
                }

                var before = _writing.Length;
                _writing.Append(payload);
                Interlocked.Add(ref _bytes, _writing.Length - before);
                Interlocked.Increment(ref _batches);
                _writing.Batches++;
                Cursor = KmsgCursor.Further(Cursor, batch.Cursor, _boot);
                Failure = null;
                return true;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                Failure = failure.Message;
                return false;
            }
        }
    }

    /// <summary>The oldest batch; it stays until <see cref="Accept"/>.</summary>
    public OutgoingBatch? Peek()
    {
        lock (_gate)
        {
            while (_files.First is { Value: var file })
            {
                if (file.TryReadNext(out var payload, out var next) && SpooledBatch.Read(payload) is { } batch)
                {
                    _peeked = next;
                    return batch;
                }

                // Either the end of the file, or a damaged record, after which no further record can be located.
                if (file.Position < file.Length)
                {
                    DamagedFiles++;
                    LostBatches += file.Batches;
                }

                Remove(file);
            }

            return null;
        }
    }

    /// <summary>Forgets the batch that <see cref="Peek"/> gave last.</summary>
    public void Accept()
    {
        lock (_gate)
        {
            if (_files.First is not { Value: var file } || _peeked <= file.Position)
            {
                return;
            }

            file.Position = _peeked;
            file.Batches--;
            Interlocked.Decrement(ref _batches);
            // The cursor outlives the batches that contained it.
            SaveState(_state with { File = file.Number, Position = file.Position, Cursor = Cursor });
            if (file.Position >= file.Length)
            {
                Remove(file);
            }
        }
    }

    /// <summary>Stores how far the kernel log was read when no batch contains it, and losses that must still be reported.</summary>
    public void Remember(KmsgCursor cursor, long untoldDrops)
    {
        lock (_gate)
        {
            Cursor = KmsgCursor.Further(Cursor, cursor, _boot);
            SaveState(_state with { Cursor = Cursor, Dropped = untoldDrops });
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private void FindFiles()
    {
        foreach (var path in Directory.EnumerateFiles(_folder, "*" + Extension).Order(StringComparer.Ordinal))
        {
            if (!long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                continue;
            }

            _lastNumber = Math.Max(_lastNumber, number);
            var file = new SpoolFile(path, number);
            if (number < _state.File)
            {
                // The file is completely sent; nobody needs it any more.
                Delete(file);
                continue;
            }

            if (number == _state.File)
            {
                file.Position = Math.Max(_state.Position, SpoolFile.HeaderLength);
            }

            var isSound = file.Scan(payload =>
            {
                if (SpooledBatch.Read(payload) is not { } batch)
                {
                    return;
                }

                file.Batches++;
                Cursor = KmsgCursor.Further(Cursor, batch.Cursor, _boot);
            });
            if (!isSound)
            {
                DamagedFiles++;
            }

            if (file.Position >= file.Length)
            {
                Delete(file);
                continue;
            }

            _files.AddLast(file);
            _batches += file.Batches;
            _bytes += file.Length;
        }
    }

    private void Remove(SpoolFile file)
    {
        _files.Remove(file);
        if (_writing == file)
        {
            _writing = null;
        }

        Interlocked.Add(ref _bytes, -file.Length);
        Interlocked.Add(ref _batches, -file.Batches);
        Delete(file);
    }

    private static void Delete(SpoolFile file)
    {
        try
        {
            File.Delete(file.Path);
        }
        catch (Exception stays) when (stays is IOException or UnauthorizedAccessException)
        {
            // Its number is below the one in the state, so the next start ignores it.
        }
    }

    private void SaveState(SpoolState state)
    {
        _state = state;
        try
        {
            state.Save(Path.Combine(_folder, StateName));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The disk is full: after a restart the batches are sent again under the same ids, and the collector recognises them.
            Failure = failure.Message;
        }
    }
}

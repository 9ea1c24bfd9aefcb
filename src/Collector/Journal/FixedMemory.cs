using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mayday.Collector.Journal;

/// <summary>
/// Memory that never moves, so that the kernel may write into it: a pinned array, or the shared mapping of a file, which outlives the process
/// whatever ends it. Every access is checked against its bounds; beside this file only LinuxReceive is unsafe.
/// </summary>
internal sealed unsafe class FixedMemory : IDisposable
{
    private readonly byte* _start;
    private Action? _release;

    // Keeps a pinned array, or the memory that this is a part of.
    private readonly object? _owner;

    private FixedMemory(byte* start, long length, object? owner, Action? release = null)
    {
        _start = start;
        Length = length;
        _owner = owner;
        _release = release;
    }

    public long Length { get; }

    public static FixedMemory Allocate(int length)
    {
        var bytes = GC.AllocateArray<byte>(length, pinned: true);
        return new FixedMemory((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes)), length, bytes);
    }

    /// <summary>Maps the whole of a file, shared. The file must hold its space already: a write where the disk has none ends the process.</summary>
    public static FixedMemory Map(FileStream file)
    {
        var length = file.Length;
        var map = MemoryMappedFile.CreateFromFile(file, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.ReadWrite);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return new FixedMemory(start + view.PointerOffset, length, null, () =>
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            map.Dispose();
        });
    }

    public FixedMemory Part(long offset, long length)
    {
        Check(offset, length);
        return new FixedMemory(_start + offset, length, this);
    }

    public Span<byte> Span(long offset, int length)
    {
        Check(offset, length);
        return new Span<byte>(_start + offset, length);
    }

    public long ReadWord(long offset)
    {
        Check(offset, sizeof(long));
        return Volatile.Read(ref *(long*)(_start + offset));
    }

    /// <summary>Written after everything that was written before it: the end of the process finds both, or what was before it alone.</summary>
    public void WriteWord(long offset, long value)
    {
        Check(offset, sizeof(long));
        Volatile.Write(ref *(long*)(_start + offset), value);
    }

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();

    private void Check(long offset, long length)
    {
        if ((ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
        {
            throw new ArgumentOutOfRangeException(nameof(offset), $"{length} bytes at {offset} do not lie in {Length}.");
        }
    }
}

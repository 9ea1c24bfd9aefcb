using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mayday.Linux.Memory;

/// <summary>
/// Memory that never moves, so that the kernel may write into it: a pinned array, memory beside the garbage-collected heap, or the shared mapping
/// of a file, which outlives the process whatever ends it. Every access is checked against its bounds.
/// </summary>
public sealed unsafe partial class FixedMemory : IDisposable
{
    /// <summary>What a processor maps with one entry, on x86-64 and mostly elsewhere.</summary>
    public const int HugePage = 2 << 20;

    private const int AdviseHugePages = 14;

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

    /// <summary>
    /// Whole huge pages, where the kernel has them: for what is large and touched all over. They go back when nobody knows them any more. Nothing
    /// is known of their bytes before they are written.
    /// </summary>
    public static FixedMemory AllocateHugePages(int count)
    {
        var pages = new HugePages((nuint)count * HugePage);
        return new FixedMemory(pages.Start, (long)count * HugePage, pages);
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

    private sealed class HugePages
    {
        public HugePages(nuint length)
        {
            Start = (byte*)NativeMemory.AlignedAlloc(length, HugePage);
            if (OperatingSystem.IsLinux())
            {
                // A kernel without them maps small pages; nothing else changes.
                _ = Advise(Start, length, AdviseHugePages);
            }
        }

        ~HugePages() => NativeMemory.AlignedFree(Start);

        public byte* Start { get; }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* start, nuint length, int advice);
}

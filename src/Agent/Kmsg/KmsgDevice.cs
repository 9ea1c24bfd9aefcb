using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Mayday.Agent.Kmsg;

/// <summary>
/// <c>/dev/kmsg</c>, opened without blocking: one read is one record, the first read gives the oldest. Source:
/// Documentation/ABI/testing/dev-kmsg.
/// </summary>
internal sealed partial class KmsgDevice : IKmsgDevice
{
    /// <summary>Where the kernel log is read.</summary>
    public const string DefaultPath = "/dev/kmsg";

    /// <summary>EAGAIN, negative.</summary>
    public const int NothingYet = -11;

    /// <summary>EPIPE, negative: records were overwritten before they were read; the next read gives the oldest that is left.</summary>
    public const int Overwritten = -32;

    /// <summary>EINTR, negative.</summary>
    public const int Interrupted = -4;

    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const short PollIn = 1;

    private readonly int _kmsg;
    private readonly int _wake;
    private bool _disposed;

    private KmsgDevice(int kmsg, int wake) => (_kmsg, _wake) = (kmsg, wake);

    /// <summary>Opens the device.</summary>
    /// <param name="path">Usually <see cref="DefaultPath"/>.</param>
    /// <exception cref="IOException">It is not there, or this user may not read it; the message is the kernel's.</exception>
    public static KmsgDevice Open(string path)
    {
        var kmsg = OpenFile(path, ReadOnly | NonBlocking | CloseOnExec);
        if (kmsg < 0)
        {
            throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        }

        var wake = EventFd(0, NonBlocking | CloseOnExec);
        if (wake >= 0)
        {
            return new KmsgDevice(kmsg, wake);
        }

        var error = Marshal.GetLastPInvokeError();
        _ = Close(kmsg);
        throw new IOException(new Win32Exception(error).Message);
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        var read = ReadFile(_kmsg, buffer, (nuint)buffer.Length);
        return read >= 0 ? (int)read : -Marshal.GetLastPInvokeError();
    }

    /// <inheritdoc/>
    public void Wait()
    {
        Span<PollEntry> entries = [new() { File = _kmsg, Events = PollIn }, new() { File = _wake, Events = PollIn }];
        _ = Poll(entries, (nuint)entries.Length, -1);
    }

    /// <inheritdoc/>
    public void Wake()
    {
        ReadOnlySpan<byte> one = [1, 0, 0, 0, 0, 0, 0, 0];
        _ = WriteFile(_wake, one, (nuint)one.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _ = Close(_kmsg);
        _ = Close(_wake);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(int file, Span<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(int file, ReadOnlySpan<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(Span<PollEntry> entries, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}

using System.ComponentModel;
using System.Runtime.InteropServices;
using Mayday.Linux.Files;

namespace Mayday.Linux.Kmsg;

/// <summary>
/// <c>/dev/kmsg</c>, opened without blocking: one read is one record, the first read gives the oldest. Source:
/// Documentation/ABI/testing/dev-kmsg.
/// </summary>
public sealed class KmsgDevice : IKmsgDevice
{
    /// <summary>Where the kernel log is read.</summary>
    public const string DefaultPath = "/dev/kmsg";

    /// <summary>EAGAIN, negative.</summary>
    public const int NothingYet = -11;

    /// <summary>EPIPE, negative: records were overwritten before they were read; the next read gives the oldest that is left.</summary>
    public const int Overwritten = -32;

    /// <summary>EINTR, negative.</summary>
    public const int Interrupted = -4;

    private readonly int _kmsg;
    private readonly int _wake;
    private bool _disposed;

    private KmsgDevice(int kmsg, int wake) => (_kmsg, _wake) = (kmsg, wake);

    /// <summary>Opens the device.</summary>
    /// <param name="path">Usually <see cref="DefaultPath"/>.</param>
    /// <exception cref="IOException">It is not there, or this user may not read it; the message is the kernel's.</exception>
    public static KmsgDevice Open(string path)
    {
        var kmsg = FileCalls.Open(path, FileCalls.ReadOnly | FileCalls.NonBlocking | FileCalls.CloseOnExec);
        if (kmsg < 0)
        {
            throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        }

        var wake = FileCalls.EventFd(0, FileCalls.NonBlocking | FileCalls.CloseOnExec);
        if (wake >= 0)
        {
            return new KmsgDevice(kmsg, wake);
        }

        var error = Marshal.GetLastPInvokeError();
        _ = FileCalls.Close(kmsg);
        throw new IOException(new Win32Exception(error).Message);
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        var read = FileCalls.Read(_kmsg, buffer, (nuint)buffer.Length);
        return read >= 0 ? (int)read : -Marshal.GetLastPInvokeError();
    }

    /// <inheritdoc/>
    public void Wait()
    {
        Span<PollEntry> entries = [new() { Descriptor = _kmsg, Events = PollEntry.In }, new() { Descriptor = _wake, Events = PollEntry.In }];
        _ = FileCalls.Poll(entries, (nuint)entries.Length, -1);
    }

    /// <inheritdoc/>
    public void Wake()
    {
        ReadOnlySpan<byte> one = [1, 0, 0, 0, 0, 0, 0, 0];
        _ = FileCalls.Write(_wake, one, (nuint)one.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _ = FileCalls.Close(_kmsg);
        _ = FileCalls.Close(_wake);
    }
}

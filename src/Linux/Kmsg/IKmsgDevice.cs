namespace Mayday.Linux.Kmsg;

/// <summary>The kernel log as <c>/dev/kmsg</c> hands it out; a seam, because nobody can make a kernel overwrite a record on demand.</summary>
public interface IKmsgDevice : IDisposable
{
    /// <summary>Reads one record.</summary>
    /// <param name="buffer">At least 8 KiB.</param>
    /// <returns>Its length; a negative errno: <see cref="KmsgDevice.NothingYet"/>, <see cref="KmsgDevice.Overwritten"/>, or a failure.</returns>
    int Read(Span<byte> buffer);

    /// <summary>Blocks until there may be a record, or <see cref="Wake"/> was called.</summary>
    void Wait();

    /// <summary>Ends a <see cref="Wait"/>, the current or the next one. May be called on any thread.</summary>
    void Wake();
}

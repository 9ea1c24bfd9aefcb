namespace Mayday.Protocol.Netconsole;

/// <summary>Splits console text as basic netconsole does: datagrams of at most 1000 bytes, without a mark where a text continues. A kernel
/// calls it with one record at a time, including its line end.</summary>
public ref struct BasicWriter
{
    /// <summary>Most bytes of one datagram (MAX_PRINT_CHUNK of the driver).</summary>
    public const int MaxDatagramLength = 1000;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Prepares a text.</summary>
    /// <param name="text">Console text, with its line end.</param>
    public BasicWriter(ReadOnlySpan<byte> text) => _rest = text;

    /// <summary>Takes the next datagram off the text.</summary>
    /// <param name="datagram">The bytes to send, in the memory of the text.</param>
    /// <returns>False when the text is finished.</returns>
    public bool TryTake(out ReadOnlySpan<byte> datagram)
    {
        var length = Math.Min(_rest.Length, MaxDatagramLength);
        datagram = _rest[..length];
        _rest = _rest[length..];
        return length > 0;
    }
}

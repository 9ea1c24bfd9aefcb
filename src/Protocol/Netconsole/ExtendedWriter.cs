using System.Globalization;

namespace Mayday.Protocol.Netconsole;

/// <summary>Writes one message of extended netconsole as the datagrams that a kernel sends for it: one datagram when everything fits in
/// 1000 bytes, otherwise fragments that repeat the header. Call <see cref="TryWrite"/> until it returns false.</summary>
public ref struct ExtendedWriter
{
    /// <summary>Most bytes of one datagram, header included (MAX_PRINT_CHUNK of the driver).</summary>
    public const int MaxDatagramLength = 1000;

    /// <summary>
    /// Longest release and header together: a release of 64, four numbers, a caller and <c>,ncfrag=</c> with two numbers stay below 200, and
    /// every fragment must have room for a body.
    /// </summary>
    public const int MaxHeaderLength = 800;

    private readonly ReadOnlySpan<byte> _release;
    private readonly ReadOnlySpan<byte> _header;
    private readonly ReadOnlySpan<byte> _message;
    private readonly ReadOnlySpan<byte> _extra;
    private readonly bool _losesByteAtLimit;
    private int _offset;
    private bool _isDone;

    /// <summary>Prepares a message.</summary>
    /// <param name="release"><c>uname -r</c> to prepend; empty for none.</param>
    /// <param name="header"><c>prio,seq,ts_usec,flag[,caller=...]</c> without the semicolon (<see cref="WriteHeader"/>).</param>
    /// <param name="message">Escaped text, line end, dictionary lines.</param>
    /// <param name="extra">Userdata and sysdata lines, each <c> key=value</c> and a line end; empty for none.</param>
    /// <param name="losesByteAtLimit">
    /// Imitates the kernel where the whole is exactly 1000 bytes and does not go out as a plain copy: with a release the last byte becomes a
    /// NUL, with extra lines it is cut off. For tests only.
    /// </param>
    /// <exception cref="ArgumentException">Release and header leave no room for a body.</exception>
    public ExtendedWriter(
        ReadOnlySpan<byte> release, ReadOnlySpan<byte> header, ReadOnlySpan<byte> message, ReadOnlySpan<byte> extra = default, bool losesByteAtLimit = false)
    {
        if (release.Length + header.Length > MaxHeaderLength)
        {
            throw new ArgumentException($"Release and header have more than {MaxHeaderLength} bytes.", nameof(header));
        }

        _release = release;
        _header = header;
        _message = message;
        _extra = extra;
        _losesByteAtLimit = losesByteAtLimit;
    }

    private readonly int BodyLength => _message.Length + _extra.Length;

    private readonly int HeaderLength => (_release.IsEmpty ? 0 : _release.Length + 1) + _header.Length;

    /// <summary>Writes the mandatory fields of a header and the caller.</summary>
    /// <param name="destination">At least 128 bytes.</param>
    /// <param name="priority">Facility times 8 plus severity.</param>
    /// <param name="sequence">printk record number.</param>
    /// <param name="timestampMicroseconds">Microseconds since boot.</param>
    /// <param name="flag"><c>-</c> or <c>c</c>.</param>
    /// <param name="caller"><c>T123</c>, <c>C1</c>, at most 32 bytes, or empty.</param>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static int WriteHeader(
        Span<byte> destination, int priority, ulong sequence, ulong timestampMicroseconds, byte flag = (byte)'-', ReadOnlySpan<byte> caller = default)
    {
        var length = Append(destination, 0, priority);
        destination[length++] = (byte)',';
        length = Append(destination, length, sequence);
        destination[length++] = (byte)',';
        length = Append(destination, length, timestampMicroseconds);
        destination[length++] = (byte)',';
        destination[length++] = flag;
        return caller.IsEmpty ? length : Append(destination, Append(destination, length, ",caller="u8), caller);
    }

    /// <summary>Writes the next datagram.</summary>
    /// <param name="destination">At least <see cref="MaxDatagramLength"/> bytes; whatever they hold is overwritten.</param>
    /// <param name="written">Bytes of the datagram, 0 when nothing is left.</param>
    /// <returns>False when the message is finished.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public bool TryWrite(scoped Span<byte> destination, out int written)
    {
        written = 0;
        if (_isDone)
        {
            return false;
        }

        if (destination.Length < MaxDatagramLength)
        {
            throw new ArgumentException($"A datagram takes up to {MaxDatagramLength} bytes.", nameof(destination));
        }

        written = AppendHeader(destination);
        if (HeaderLength + 1 + BodyLength <= MaxDatagramLength)
        {
            destination[written++] = (byte)';';
            written = AppendBody(destination, written, 0, BodyLength);
            _isDone = true;
            if (_losesByteAtLimit && written == MaxDatagramLength)
            {
                LoseLastByte(destination, ref written);
            }

            return true;
        }

        written = Append(destination, written, ",ncfrag="u8);
        written = Append(destination, written, _offset);
        destination[written++] = (byte)'/';
        written = Append(destination, written, BodyLength);
        destination[written++] = (byte)';';
        var length = Math.Min(MaxDatagramLength - written, BodyLength - _offset);
        written = AppendBody(destination, written, _offset, length);
        _offset += length;
        _isDone = _offset == BodyLength;
        return true;
    }

    private readonly void LoseLastByte(Span<byte> destination, ref int written)
    {
        if (!_extra.IsEmpty)
        {
            written--;
        }
        else if (!_release.IsEmpty)
        {
            destination[written - 1] = 0;
        }
    }

    private readonly int AppendHeader(Span<byte> destination)
    {
        var length = 0;
        if (!_release.IsEmpty)
        {
            length = Append(destination, length, _release);
            destination[length++] = (byte)',';
        }

        return Append(destination, length, _header);
    }

    private readonly int AppendBody(Span<byte> destination, int length, int offset, int count)
    {
        if (offset < _message.Length)
        {
            var part = _message.Slice(offset, Math.Min(count, _message.Length - offset));
            length = Append(destination, length, part);
            offset += part.Length;
            count -= part.Length;
        }

        return count == 0 ? length : Append(destination, length, _extra.Slice(offset - _message.Length, count));
    }

    private static int Append(Span<byte> destination, int length, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination[length..]);
        return length + bytes.Length;
    }

    private static int Append<T>(Span<byte> destination, int length, T number)
        where T : IUtf8SpanFormattable
    {
        if (!number.TryFormat(destination[length..], out var written, default, CultureInfo.InvariantCulture))
        {
            throw new ArgumentException("The destination is too short for a header.", nameof(destination));
        }

        return length + written;
    }
}

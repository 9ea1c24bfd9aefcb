using System.Buffers.Binary;

namespace Mayday.Protocol.Evlog;

/// <summary>The variable part of a PRINTF record: format string, NUL, size of the arguments (4 bytes), then the arguments in the order of
/// their conversions, unaligned, in the sender's byte order. A view of the parsed bytes; allocates nothing and never throws.</summary>
/// <remarks>The packet does not say how wide the sender's long is. Where the format string depends on it, the arguments are read with 4 and
/// with 8 bytes, and the reading that ends exactly at the stated size is correct.</remarks>
public readonly ref struct PrintfBody
{
    private readonly ReadOnlySpan<byte> _arguments;
    private readonly bool _isBigEndian;

    private PrintfBody(ReadOnlySpan<byte> format, ReadOnlySpan<byte> arguments, bool isBigEndian, int wordSize, bool isWordSizeCertain, bool isCut, bool hasUnknown)
    {
        Format = format;
        _arguments = arguments;
        _isBigEndian = isBigEndian;
        WordSize = wordSize;
        IsWordSizeCertain = isWordSizeCertain;
        IsCut = isCut;
        HasUnknownConversion = hasUnknown;
    }

    /// <summary>The format string as sent, without its NUL.</summary>
    public ReadOnlySpan<byte> Format { get; }

    /// <summary>Size of the sender's long in bytes: 4 or 8. Relevant only where the format string depends on it.</summary>
    public int WordSize { get; }

    /// <summary>The word size is known, or nothing depends on it.</summary>
    public bool IsWordSizeCertain { get; }

    /// <summary>The format string has no NUL, or the sender tried to write more arguments than are present.</summary>
    public bool IsCut { get; }

    /// <summary>The format string contains a conversion that the sender's packer does not know. Its argument was not skipped, so the
    /// following values may be shifted by one, and the last is lost.</summary>
    public bool HasUnknownConversion { get; }

    /// <summary>Parses the variable part of a record.</summary>
    /// <param name="variable">The variable part.</param>
    /// <param name="isBigEndian">The sender's byte order.</param>
    /// <param name="wordSize">Size of a long where the record's layout shows it (4 or 8), otherwise null.</param>
    public static PrintfBody Read(ReadOnlySpan<byte> variable, bool isBigEndian, int? wordSize = null)
    {
        var end = variable.IndexOf((byte)0);
        var format = end < 0 ? variable : variable[..end];
        var rest = end < 0 ? default : variable[(end + 1)..];
        var isCut = rest.Length < sizeof(int);
        var arguments = default(ReadOnlySpan<byte>);
        if (!isCut)
        {
            long claimed = isBigEndian ? BinaryPrimitives.ReadInt32BigEndian(rest) : BinaryPrimitives.ReadInt32LittleEndian(rest);
            arguments = rest[sizeof(int)..];
            // A sender states a larger size than is present when it had to cut the arguments. No sender states a negative one.
            isCut = claimed < 0 || claimed > arguments.Length;
            if (!isCut)
            {
                arguments = arguments[..(int)claimed];
            }
        }

        var needsWordSize = false;
        var hasUnknown = false;
        for (var scanner = new PrintfScanner(format); scanner.MoveNext();)
        {
            needsWordSize |= scanner.Current.NeedsWordSize;
            hasUnknown |= scanner.Current.Kind == PrintfKind.Unknown;
        }

        var isCertain = true;
        var fallback = wordSize ?? IntPtr.Size;
        if (needsWordSize)
        {
            var fits4 = !isCut && Fits(format, arguments, 4, isBigEndian);
            var fits8 = !isCut && Fits(format, arguments, 8, isBigEndian);
            isCertain = fits4 != fits8 || wordSize is not null;
            if (fits4 != fits8)
            {
                fallback = fits4 ? 4 : 8;
            }
        }

        return new PrintfBody(format, arguments, isBigEndian, fallback, isCertain, isCut, hasUnknown);
    }

    /// <summary>The arguments in order, as far as they are present.</summary>
    public Enumerator GetEnumerator() => new(new PrintfWalk(Format, _arguments, WordSize, _isBigEndian));

    /// <summary>Writes the message as the kernel's <c>vsnprintf</c> would, with two exceptions that evlog makes: unknown conversions are
    /// text, and conversions whose argument is missing print nothing.</summary>
    /// <param name="destination">Receives the text, as bytes. The sender controls the field widths, so text that does not fit is left
    /// out.</param>
    /// <param name="isCut">The text did not fit.</param>
    /// <returns>Bytes written.</returns>
    public int Render(Span<byte> destination, out bool isCut)
    {
        var sink = new TextSink(destination);
        for (var walk = new PrintfWalk(Format, _arguments, WordSize, _isBigEndian); walk.MoveNext();)
        {
            KernelPrintf.Put(ref sink, ref walk, WordSize);
        }

        isCut = sink.IsCut;
        return sink.Length;
    }

    private static bool Fits(ReadOnlySpan<byte> format, ReadOnlySpan<byte> arguments, int wordSize, bool isBigEndian)
    {
        var walk = new PrintfWalk(format, arguments, wordSize, isBigEndian);
        while (walk.MoveNext())
        {
        }

        return walk.EndsExactly;
    }

    /// <summary>Enumerates the arguments; those for a <c>*</c> come before their value.</summary>
    public ref struct Enumerator
    {
        private PrintfWalk _walk;
        private int _pending;

        internal Enumerator(PrintfWalk walk) => _walk = walk;

        /// <summary>The argument that <see cref="MoveNext"/> found.</summary>
        public PrintfArgument Current { get; private set; }

        /// <summary>Goes to the next argument.</summary>
        /// <returns>False at the end, or where the arguments were cut.</returns>
        public bool MoveNext()
        {
            while (true)
            {
                switch (_pending++)
                {
                    case 1 when _walk.WidthArgument is { } width:
                        Current = new PrintfArgument(PrintfKind.Signed, width, default, "*"u8);
                        return true;
                    case 2 when _walk.PrecisionArgument is { } precision:
                        Current = new PrintfArgument(PrintfKind.Signed, precision, default, "*"u8);
                        return true;
                    case 3 when _walk.HasValue:
                        Current = new PrintfArgument(_walk.Conversion.Kind, _walk.Number, _walk.Text, _walk.Written);
                        return true;
                    case 1 or 2 or 3:
                        break;
                    default:
                        if (!_walk.MoveNext())
                        {
                            return false;
                        }

                        _pending = 1;
                        break;
                }
            }
        }
    }
}

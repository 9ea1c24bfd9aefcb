namespace Mayday.Protocol.Evlog;

/// <summary>Parses a format string as evlog's packer did: <c>%</c>, flags <c>- + blank # 0</c>, width, precision, one qualifier of <c>h l L
/// Z z</c> (<c>ll</c> is <c>L</c>), letter. Text and conversions are returned in order and cover the string without gaps. Source:
/// <c>evl_pack_args</c> of the 2.5.75 patch.</summary>
/// <param name="format">The format string without its NUL.</param>
public ref struct PrintfScanner(ReadOnlySpan<byte> format)
{
    private readonly ReadOnlySpan<byte> _format = format;
    private int _next;

    /// <summary>The part that <see cref="MoveNext"/> found.</summary>
    public PrintfConversion Current { get; private set; }

    /// <summary>The current part as written in the format string.</summary>
    public readonly ReadOnlySpan<byte> Text => _format.Slice(Current.Start, Current.Length);

    /// <summary>Goes to the next part.</summary>
    /// <returns>False at the end.</returns>
    public bool MoveNext()
    {
        if (_next >= _format.Length)
        {
            return false;
        }

        var start = _next;
        if (_format[start] != (byte)'%')
        {
            var length = _format[start..].IndexOf((byte)'%');
            _next = length < 0 ? _format.Length : start + length;
            Current = new PrintfConversion { Kind = PrintfKind.Literal, Start = start, Length = _next - start };
            return true;
        }

        _next++;
        var flags = ReadFlags();
        var width = ReadNumber(out var isWidthAnArgument);
        int? precision = null;
        var isPrecisionAnArgument = false;
        if (Peek() == '.')
        {
            _next++;
            precision = ReadNumber(out isPrecisionAnArgument);
            if (!isPrecisionAnArgument)
            {
                precision ??= 0;
            }
        }

        var size = ReadSize();
        var letter = Peek();
        if (_next < _format.Length)
        {
            _next++;
        }

        var kind = KindOf(letter);
        Current = new PrintfConversion
        {
            Kind = kind,
            Start = start,
            Length = _next - start,
            Letter = letter,
            Flags = flags,
            Width = width,
            IsWidthAnArgument = isWidthAnArgument,
            Precision = precision,
            IsPrecisionAnArgument = isPrecisionAnArgument,
            Size = kind switch
            {
                PrintfKind.Signed or PrintfKind.Unsigned => size,
                PrintfKind.Pointer => PrintfSize.Word,
                _ => PrintfSize.Int,
            },
        };
        return true;
    }

    private static PrintfKind KindOf(byte letter) => (char)letter switch
    {
        '%' => PrintfKind.Percent,
        'c' => PrintfKind.Character,
        'd' or 'i' => PrintfKind.Signed,
        'u' or 'o' or 'x' or 'X' => PrintfKind.Unsigned,
        'p' => PrintfKind.Pointer,
        's' => PrintfKind.String,
        'n' => PrintfKind.Count,
        _ => PrintfKind.Unknown,
    };

    private readonly byte Peek() => _next < _format.Length ? _format[_next] : (byte)0;

    private PrintfFlags ReadFlags()
    {
        var flags = PrintfFlags.None;
        while (true)
        {
            PrintfFlags flag;
            switch ((char)Peek())
            {
                case '-':
                    flag = PrintfFlags.Left;
                    break;
                case '+':
                    flag = PrintfFlags.Plus;
                    break;
                case ' ':
                    flag = PrintfFlags.Space;
                    break;
                case '#':
                    flag = PrintfFlags.Special;
                    break;
                case '0':
                    flag = PrintfFlags.Zero;
                    break;
                default:
                    return flags;
            }

            flags |= flag;
            _next++;
        }
    }

    private int? ReadNumber(out bool isArgument)
    {
        isArgument = Peek() == '*';
        if (isArgument)
        {
            _next++;
            return null;
        }

        if (!char.IsAsciiDigit((char)Peek()))
        {
            return null;
        }

        var number = 0;
        for (; char.IsAsciiDigit((char)Peek()); _next++)
        {
            number = number > (int.MaxValue - 9) / 10 ? int.MaxValue : number * 10 + (Peek() - '0');
        }

        return number;
    }

    private PrintfSize ReadSize()
    {
        switch ((char)Peek())
        {
            case 'h':
                _next++;
                return PrintfSize.Short;
            case 'l':
                _next++;
                if (Peek() != 'l')
                {
                    return PrintfSize.Word;
                }

                _next++;
                return PrintfSize.LongLong;
            case 'L':
                _next++;
                return PrintfSize.LongLong;
            case 'Z' or 'z':
                _next++;
                return PrintfSize.Word;
            default:
                return PrintfSize.Int;
        }
    }
}

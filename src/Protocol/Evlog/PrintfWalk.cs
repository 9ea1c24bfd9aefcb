using System.Buffers.Binary;

namespace Mayday.Protocol.Evlog;

/// <summary>Reads a format string and its packed arguments together. After the first incomplete argument no later one can be located, so it
/// and all later ones are treated as missing.</summary>
internal ref struct PrintfWalk(ReadOnlySpan<byte> format, ReadOnlySpan<byte> arguments, int wordSize, bool isBigEndian)
{
    private readonly ReadOnlySpan<byte> _arguments = arguments;
    private PrintfScanner _scanner = new(format);
    private int _next;

    public readonly PrintfConversion Conversion => _scanner.Current;

    /// <summary>The conversion as written.</summary>
    public readonly ReadOnlySpan<byte> Written => _scanner.Text;

    /// <summary>The width that was given as an argument; null without one.</summary>
    public int? WidthArgument { get; private set; }

    /// <summary>The precision that was given as an argument; null without one.</summary>
    public int? PrecisionArgument { get; private set; }

    /// <summary>The value is present and complete.</summary>
    public bool HasValue { get; private set; }

    public long Number { get; private set; }

    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>An argument was missing, or a string had no NUL.</summary>
    public bool IsShort { get; private set; }

    /// <summary>Every argument byte was used and none was missing.</summary>
    public readonly bool EndsExactly => !IsShort && _next == _arguments.Length;

    public bool MoveNext()
    {
        if (!_scanner.MoveNext())
        {
            return false;
        }

        var conversion = _scanner.Current;
        WidthArgument = conversion.IsWidthAnArgument ? ReadInt() : null;
        PrecisionArgument = conversion.IsPrecisionAnArgument ? ReadInt() : null;
        HasValue = false;
        Text = default;
        Number = 0;
        switch (conversion.PackedSize(wordSize))
        {
            case 0:
                break;
            case < 0:
                ReadString();
                break;
            case var size:
                ReadNumber(conversion, size);
                break;
        }

        return true;
    }

    private int? ReadInt() => TryTake(sizeof(int), out var bytes)
        ? isBigEndian ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes)
        : null;

    private void ReadNumber(PrintfConversion conversion, int size)
    {
        HasValue = TryTake(size, out var bytes);
        if (!HasValue)
        {
            return;
        }

        var number = size == sizeof(int)
            ? isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes)
            : isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var isSigned = conversion.Kind == PrintfKind.Signed;
        Number = (conversion.Kind, conversion.Size, size) switch
        {
            (PrintfKind.Character, _, _) => (byte)number,
            (_, PrintfSize.Short, _) => isSigned ? (short)number : (ushort)number,
            (_, _, sizeof(int)) => isSigned ? (int)number : (uint)number,
            _ => (long)number,
        };
    }

    private void ReadString()
    {
        if (IsShort)
        {
            return;
        }

        var rest = _arguments[_next..];
        var end = rest.IndexOf((byte)0);
        HasValue = end >= 0 || !rest.IsEmpty;
        Text = end < 0 ? rest : rest[..end];
        IsShort = end < 0;
        _next += end < 0 ? rest.Length : end + 1;
    }

    private bool TryTake(int size, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (IsShort || _arguments.Length - _next < size)
        {
            IsShort = true;
            return false;
        }

        bytes = _arguments.Slice(_next, size);
        _next += size;
        return true;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Mayday.Protocol.Evlog;

/// <summary>One value for <see cref="PrintfPacker"/>: a number, or the bytes of a string.</summary>
/// <param name="Number">The value of a number; ignored where <paramref name="Text"/> is set.</param>
/// <param name="Text">A string's bytes, without NUL; null for numbers.</param>
public readonly record struct PrintfValue(long Number, ReadOnlyMemory<byte>? Text = null)
{
    /// <summary>A string in UTF-8.</summary>
    /// <param name="text">Any text without NUL.</param>
    public static PrintfValue Of(string text) => new(0, Encoding.UTF8.GetBytes(text));

    /// <summary>A number of any width.</summary>
    /// <param name="number">Unsigned 64-bit values in two's complement.</param>
    public static PrintfValue Of(long number) => new(number);
}

/// <summary>Packs a format string and its values into the variable part of a PRINTF record, exactly as evlog's own packer does: one line
/// feed at the end of the format string is removed, a precision does not shorten a string, and an unknown conversion packs nothing and
/// leaves its value to the next conversion.</summary>
public static class PrintfPacker
{
    /// <summary>Packs a format string and its values.</summary>
    /// <param name="format">The format string, without NUL.</param>
    /// <param name="values">In the order of the conversions, those for <c>*</c> before their value. Extra values are ignored; missing ones
    /// are 0 or empty.</param>
    /// <param name="wordSize">Size of the sender's long in bytes: 4 or 8.</param>
    /// <param name="isBigEndian">The sender's byte order.</param>
    /// <param name="isCut">The result was cut at <see cref="EvlogRecord.MaxVariableLength"/>; its <c>argsz</c> states the size before the
    /// cut.</param>
    /// <returns>The variable part.</returns>
    public static byte[] Pack(ReadOnlySpan<byte> format, ReadOnlySpan<PrintfValue> values, int wordSize, bool isBigEndian, out bool isCut)
    {
        if (format is [.., (byte)'\n'])
        {
            format = format[..^1];
        }

        var arguments = new ArrayBufferWriter<byte>();
        for (var scanner = new PrintfScanner(format); scanner.MoveNext();)
        {
            var conversion = scanner.Current;
            if (conversion.IsWidthAnArgument)
            {
                Put(arguments, Take(ref values).Number, sizeof(int), isBigEndian);
            }

            if (conversion.IsPrecisionAnArgument)
            {
                Put(arguments, Take(ref values).Number, sizeof(int), isBigEndian);
            }

            switch (conversion.PackedSize(wordSize))
            {
                case 0:
                    if (conversion.Kind == PrintfKind.Count)
                    {
                        Take(ref values);
                    }

                    break;
                case < 0:
                    var text = Take(ref values).Text ?? default;
                    arguments.Write(text.Span);
                    arguments.Write("\0"u8);
                    break;
                case var size:
                    Put(arguments, Take(ref values).Number, size, isBigEndian);
                    break;
            }
        }

        var length = format.Length + 1 + sizeof(int) + arguments.WrittenCount;
        isCut = length > EvlogRecord.MaxVariableLength;
        var body = new byte[length];
        format.CopyTo(body);
        WriteInt32(body.AsSpan(format.Length + 1), arguments.WrittenCount, isBigEndian);
        arguments.WrittenSpan.CopyTo(body.AsSpan(format.Length + 1 + sizeof(int)));
        if (!isCut)
        {
            return body;
        }

        body = body[..EvlogRecord.MaxVariableLength];
        // Wherever the cut falls, the kernel's string copy ends its buffer with a NUL.
        body[^1] = 0;
        return body;
    }

    private static PrintfValue Take(ref ReadOnlySpan<PrintfValue> values)
    {
        if (values.IsEmpty)
        {
            return default;
        }

        var value = values[0];
        values = values[1..];
        return value;
    }

    private static void Put(ArrayBufferWriter<byte> arguments, long number, int size, bool isBigEndian)
    {
        var room = arguments.GetSpan(size)[..size];
        if (size == sizeof(int))
        {
            WriteInt32(room, (int)number, isBigEndian);
        }
        else if (isBigEndian)
        {
            BinaryPrimitives.WriteInt64BigEndian(room, number);
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(room, number);
        }

        arguments.Advance(size);
    }

    private static void WriteInt32(Span<byte> destination, int value, bool isBigEndian)
    {
        if (isBigEndian)
        {
            BinaryPrimitives.WriteInt32BigEndian(destination, value);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(destination, value);
        }
    }
}

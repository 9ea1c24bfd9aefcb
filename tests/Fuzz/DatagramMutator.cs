using System.Buffers.Binary;
using System.Text;

namespace Mayday.Fuzz.Tests;

/// <summary>
/// Makes one hostile datagram after another from seeds, in one buffer, the same ones for the same number. Each is a seed with one to four
/// changes: bits, runs of bytes, cuts, pieces of other seeds, numbers that lie near a limit, words of the text headers in the wrong place.
/// </summary>
public sealed class DatagramMutator(byte[][] golden, byte[][] captured, int seed)
{
    // A little over the longest UDP payload a receiver with a 2048-byte buffer sees.
    private const int MaxLength = 4096;

    private static readonly byte[][] s_words =
    [
        .. new[]
        {
            ",", ";", "/", "=", "-", "\n", "\0", " ", "\\x", "\\x0", "\\x5c", "ncfrag=", ",ncfrag=0/31", ",ncfrag=30/31", ",ncfrag=4294967295/4294967296",
            ",ncfrag=18446744073709551615/18446744073709551615", ",caller=", "caller=T", "18446744073709551615", "18446744073709551616", "6,1,2,-;", "6.1.0,",
            " msgid=", " msgid=4294967295\n", " KEY=", "<6>", "<2047>", "[    0.000000]", "[99999999999999.999999]", "[ T1]", "Oops#1 Part1\n", "\nECC: ", "host=",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    private static readonly uint[] s_edgeNumbers = [0, 1, 19, 20, 84, 88, 216, 388, 1023, 1024, 1412, 65_535, 65_536, 65_537, int.MaxValue, uint.MaxValue];

    private readonly byte[] _buffer = new byte[MaxLength];
    private readonly Random _random = new(seed);

    /// <summary>The next datagram; valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var origin = Pick();
        var length = Math.Min(origin.Length, MaxLength);
        origin.AsSpan(0, length).CopyTo(_buffer);
        for (var change = _random.Next(1, 5); change > 0; change--)
        {
            length = Change(length);
        }

        return _buffer.AsSpan(0, length);
    }

    // Half and half: captures are many and much alike.
    private byte[] Pick() => _random.Next(2) == 0 ? golden[_random.Next(golden.Length)] : captured[_random.Next(captured.Length)];

    private int Change(int length)
    {
        switch (_random.Next(8))
        {
            case 0 when length > 0:
                _buffer[Position(length)] ^= (byte)(1 << _random.Next(8));
                return length;
            case 1 when length > 0:
                _buffer[Position(length)] = (byte)_random.Next(256);
                return length;
            case 2:
                return _random.Next(length + 1);
            case 3 when length >= 4:
                BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_random.Next(Math.Min(length - 3, 24))), s_edgeNumbers[_random.Next(s_edgeNumbers.Length)]);
                return length;
            case 4:
                return Insert(length, s_words[_random.Next(s_words.Length)]);
            case 5:
                var other = Pick();
                var start = _random.Next(other.Length);
                return Insert(length, other.AsSpan(start, _random.Next(other.Length - start + 1)));
            case 6 when length > 0:
                var from = _random.Next(length);
                var count = _random.Next(length - from) + 1;
                _buffer.AsSpan(from + count, length - from - count).CopyTo(_buffer.AsSpan(from));
                return length - count;
            default:
                _buffer.AsSpan(0, length)[_random.Next(length + 1)..].Fill((byte)_random.Next(256));
                return length;
        }
    }

    // Headers are where parsers decide, so most changes go there.
    private int Position(int length) => _random.Next(4) == 0 ? _random.Next(length) : _random.Next(Math.Min(length, 40));

    private int Insert(int length, ReadOnlySpan<byte> bytes)
    {
        var at = length == 0 ? 0 : Position(length);
        bytes = bytes[..Math.Min(bytes.Length, MaxLength - length)];
        _buffer.AsSpan(at, length - at).CopyTo(_buffer.AsSpan(at + bytes.Length));
        bytes.CopyTo(_buffer.AsSpan(at));
        return length + bytes.Length;
    }
}

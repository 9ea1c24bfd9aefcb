using System.Buffers;
using System.Text;

namespace Mayday.Web.Api;

/// <summary>
/// A log as text that is safe to show: valid UTF-8, and whatever is no text written as <c>\xNN</c> a byte, the way /dev/kmsg writes it
/// (Documentation/ABI/testing/dev-kmsg), so that nothing in a log can drive a terminal. Lines stay where they are.
/// </summary>
internal static class LogText
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(letter => (byte)letter), (byte)'\n', (byte)'\t']);

    /// <summary>The log itself where there is nothing to replace.</summary>
    public static byte[] ToVisible(byte[] log)
    {
        var rest = log.AsSpan();
        var special = rest.IndexOfAnyExcept(Plain);
        if (special < 0)
        {
            return log;
        }

        var text = new ArrayBufferWriter<byte>(log.Length + 64);
        for (; special >= 0; special = rest.IndexOfAnyExcept(Plain))
        {
            text.Write(rest[..special]);
            rest = rest[special..];
            rest = rest[WriteSpecial(rest, text)..];
        }

        text.Write(rest);
        return text.WrittenSpan.ToArray();
    }

    private static int WriteSpecial(ReadOnlySpan<byte> rest, ArrayBufferWriter<byte> text)
    {
        if (rest is [(byte)'\r', (byte)'\n', ..])
        {
            return 1;
        }

        var valid = Rune.DecodeFromUtf8(rest, out var rune, out var length) == OperationStatus.Done;
        if (valid && rune.Value > 0x7f && !IsControl(rune))
        {
            text.Write(rest[..length]);
            return length;
        }

        foreach (var one in rest[..length])
        {
            Escape(one, text);
        }

        return length;
    }

    /// <summary>C1 controls drive terminals like ESC does; bidirectional controls make a line read as another one.</summary>
    private static bool IsControl(Rune rune) => Rune.IsControl(rune)
        || rune.Value is (>= 0x200E and <= 0x200F) or (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFEFF;

    private static void Escape(byte value, ArrayBufferWriter<byte> text)
    {
        var place = text.GetSpan(4);
        place[0] = (byte)'\\';
        place[1] = (byte)'x';
        place[2] = (byte)"0123456789abcdef"[value >> 4];
        place[3] = (byte)"0123456789abcdef"[value & 15];
        text.Advance(4);
    }
}

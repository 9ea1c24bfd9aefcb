using System.Buffers;
using System.Text;

namespace Mayday.Web.Api.Crashes;

/// <summary>
/// A log as text that is safe to show: valid UTF-8, and whatever is no text written as <c>\xNN</c> a byte, the way /dev/kmsg writes it
/// (Documentation/ABI/testing/dev-kmsg), so that nothing in a log can drive a terminal. Lines stay where they are.
/// </summary>
internal static class LogText
{
    private static readonly SearchValues<byte> s_plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(letter => (byte)letter), (byte)'\n', (byte)'\t']);

    /// <summary>Escapes make a log up to four times as long, so they are written piece by piece and never held whole.</summary>
    private const int PieceBytes = 64 * 1024;

    /// <summary>True when the log can be shown as it is, which nearly every log can.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> log) => log.IndexOfAnyExcept(s_plain) < 0;

    /// <summary>For lines and windows of a log; the log itself where there is nothing to replace.</summary>
    public static byte[] ToVisible(byte[] log)
    {
        if (IsPlain(log))
        {
            return log;
        }

        var text = new ArrayBufferWriter<byte>(log.Length + 64);
        ReadOnlySpan<byte> rest = log;
        while (!rest.IsEmpty)
        {
            rest = rest[WritePiece(rest, text, int.MaxValue)..];
        }

        return text.WrittenSpan.ToArray();
    }

    public static async Task WriteVisibleAsync(ReadOnlyMemory<byte> log, Stream destination, CancellationToken cancellation)
    {
        var piece = new ArrayBufferWriter<byte>(PieceBytes + 8);
        while (!log.IsEmpty)
        {
            log = log[WritePiece(log.Span, piece, PieceBytes)..];
            await destination.WriteAsync(piece.WrittenMemory, cancellation);
            piece.ResetWrittenCount();
        }
    }

    /// <returns>How many bytes of the log the piece stands for.</returns>
    private static int WritePiece(ReadOnlySpan<byte> log, ArrayBufferWriter<byte> piece, int length)
    {
        var rest = log;
        while (!rest.IsEmpty && piece.WrittenCount < length)
        {
            var plain = rest[..Math.Min(rest.Length, length - piece.WrittenCount)];
            var special = plain.IndexOfAnyExcept(s_plain);
            plain = special < 0 ? plain : plain[..special];
            piece.Write(plain);
            rest = rest[plain.Length..];
            if (special >= 0)
            {
                rest = rest[WriteSpecial(rest, piece)..];
            }
        }

        return log.Length - rest.Length;
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

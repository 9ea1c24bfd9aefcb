using System.Text;

namespace Mayday.Collector.Reassembly;

/// <summary>Text that a sender wrote into headers and fields. It may contain anything and is converted to one line of text.</summary>
internal static class SenderText
{
    public static string? Read(ReadOnlySpan<byte> bytes, int limit)
    {
        bytes = bytes.Trim(" \t\r\n\0"u8);
        if (bytes.IsEmpty)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, limit)]);
        return string.Create(text.Length, text, static (letters, source) =>
        {
            source.CopyTo(letters);
            foreach (ref var letter in letters)
            {
                if (char.IsControl(letter))
                {
                    letter = '\ufffd';
                }
            }
        });
    }
}

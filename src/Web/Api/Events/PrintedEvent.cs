using System.Text;
using Mayday.Events.Reading;
using Mayday.Protocol.Evlog;

namespace Mayday.Web.Api.Events;

/// <summary>Prints a format string with the values of a JSON event as the kernel would have: packed as evlog packs it, then read again.</summary>
internal static class PrintedEvent
{
    // Values are 64 bits wide and in this machine's order: they never were in another's memory.
    private const int WordSize = 8;

    public static string Text(string format, IReadOnlyList<EventArgument> arguments)
    {
        // A NUL would end the format string, and a string among the values.
        PrintfValue[] values = [.. arguments.Select(argument => argument.Text is { } text ? PrintfValue.Of(Visible(text)) : PrintfValue.Of(argument.Number))];
        var packed = PrintfPacker.Pack(Encoding.UTF8.GetBytes(Visible(format)), values, WordSize, isBigEndian: false, out _);
        var body = PrintfBody.Read(packed, isBigEndian: false, WordSize);
        var room = new byte[EventReader.MaxTextBytes];
        var length = body.Render(room, out _);
        return Encoding.UTF8.GetString(room.AsSpan(0, length)).TrimEnd('\n');
    }

    private static string Visible(string text) => text.Replace('\0', '␀');
}

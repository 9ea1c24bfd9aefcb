using System.Buffers;
using System.Globalization;
using System.Text;
using Mayday.Protocol;
using Mayday.Protocol.Netconsole;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Web.Api.Crashes;

namespace Mayday.Web.Api.Hosts;

/// <summary>
/// Archived lines as text: when each came (UTC), then the line as a console prints it, <c>&lt;6&gt;[    5.123456] text</c>. Basic netconsole may cut
/// a line into datagrams: only its first part has the time. Control characters are made visible, as in every log.
/// </summary>
internal sealed class ArchivedLogText
{
    private readonly ArrayBufferWriter<byte> _plain = new(256);
    private readonly StringBuilder _prefix = new(64);
    private bool _isOpen;

    public void Write(ArchivedLine line, Stream destination)
    {
        if (line.Transport == Transport.Netconsole && ExtendedPacket.TryParse(line.Datagram.Span, out var packet, out _))
        {
            Close(destination);
            _plain.ResetWrittenCount();
            // The beginning of a fragmented record is text, its other fragments are as they are: cut anywhere.
            new MessageBody(packet.Body).UnescapeText(_plain);
            _prefix.Clear().Append(CultureInfo.InvariantCulture, $"<{packet.Priority}>[{packet.TimestampMicroseconds / 1_000_000,5}.{packet.TimestampMicroseconds % 1_000_000:D6}] ");
            WriteLines(line.At, _plain.WrittenSpan.TrimEnd((byte)'\n'), destination);
            Close(destination);
            return;
        }

        _prefix.Clear();
        WriteLines(line.At, line.Datagram.Span, destination);
    }

    /// <summary>Ends a line that nobody ended.</summary>
    public void Close(Stream destination)
    {
        if (_isOpen)
        {
            destination.WriteByte((byte)'\n');
            _isOpen = false;
        }
    }

    private void WriteLines(DateTimeOffset at, ReadOnlySpan<byte> text, Stream destination)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            if (!_isOpen)
            {
                destination.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} {_prefix}")));
            }

            destination.Write(LogText.ToVisible((end < 0 ? text : text[..end]).ToArray()));
            _isOpen = end < 0;
            if (end >= 0)
            {
                destination.WriteByte((byte)'\n');
            }

            text = end < 0 ? default : text[(end + 1)..];
        }
    }
}

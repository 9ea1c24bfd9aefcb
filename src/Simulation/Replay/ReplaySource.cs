using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Netconsole;
using Mayday.Protocol.Netoops;
using Mayday.Simulation.Captures;

namespace Mayday.Simulation.Replay;

/// <summary>A parsed file to replay: a kernel log as text, or a capture of datagrams.</summary>
public sealed class ReplaySource
{
    private ReplaySource(string name, IReadOnlyList<CapturedDatagram>? capture, IReadOnlyList<byte[]> logs)
    {
        Name = name;
        Capture = capture;
        Logs = logs;
    }

    /// <summary>What messages call it: the file's path, or <c>-</c>.</summary>
    public string Name { get; }

    /// <summary>The captured datagrams; null for a log of text.</summary>
    public IReadOnlyList<CapturedDatagram>? Capture { get; }

    /// <summary>The kernel logs in it: the text itself, or one for each source port and boot of a capture.</summary>
    public IReadOnlyList<byte[]> Logs { get; }

    /// <summary>Port it goes to unless told otherwise: each format has its own.</summary>
    /// <param name="format">As what it is sent.</param>
    /// <returns>2004, 6666 or 2005.</returns>
    public int DefaultPort(ReplayFormat format) => format switch
    {
        ReplayFormat.Netoops => NetoopsFormat.DefaultPort,
        ReplayFormat.Netconsole or ReplayFormat.NetconsoleBasic => ExtendedPacket.DefaultPort,
        ReplayFormat.Evlog => EvlogFrame.DefaultPort,
        _ when Capture is null => NetoopsFormat.DefaultPort,
        _ when Capture.All(datagram => DatagramClassifier.Classify(datagram.Payload) == DatagramFormat.Evlog) => EvlogFrame.DefaultPort,
        _ => Capture.Any(datagram => DatagramClassifier.Classify(datagram.Payload) == DatagramFormat.Netoops)
            ? NetoopsFormat.DefaultPort
            : ExtendedPacket.DefaultPort,
    };

    /// <summary>Understands a file's content.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="content">The whole file.</param>
    /// <returns>The source.</returns>
    /// <exception cref="FormatException">It is empty, or a capture with a line that is none; the message says which.</exception>
    public static ReplaySource Parse(string name, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.AsSpan().Trim(" \t\r\n\0"u8).IsEmpty)
        {
            throw new FormatException("it is empty");
        }

        if (!CaptureReader.IsCapture(content))
        {
            return new ReplaySource(name, null, [content]);
        }

        var capture = CaptureReader.Read(content);
        return new ReplaySource(name, capture, CaptureLogs.Read(capture));
    }
}

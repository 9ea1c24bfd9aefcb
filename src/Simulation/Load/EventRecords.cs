using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Mayday.Linux.Netlink;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Simulation.Load;

/// <summary>Writes event records as a fleet with the netlink patch sends them: one PRINTF record per datagram, in a few formats, each with
/// a device, a port and the number of the record. No two are equal, so the store does not merge any of them.</summary>
internal sealed class EventRecords
{
    /// <summary>Different format strings.</summary>
    public const int Formats = 20;

    private const int Devices = 8;
    private const int Ports = 48;

    private readonly byte[][] _frames = new byte[Formats * Devices][];
    private readonly int[] _numberAt = new int[Formats * Devices];

    /// <summary>Prepares one frame per format and device.</summary>
    public EventRecords()
    {
        for (var i = 0; i < _frames.Length; i++)
        {
            var (format, device) = (i / Devices, i % Devices);
            var header = new EvlogHeader
            {
                Facility = string.Create(CultureInfo.InvariantCulture, $"load{format % 5}"),
                Severity = format % 4 == 0 ? Severity.Error : Severity.Warning,
                Format = EvlogFormat.Printf,
                EventType = 1000 + format,
            };
            var body = PrintfPacker.Pack(
                Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"%s: made-up failure {format:D2} of port %d, number %u")),
                [PrintfValue.Of(string.Create(CultureInfo.InvariantCulture, $"eth{device}")), PrintfValue.Of(device * 7 % Ports), PrintfValue.Of(0L)],
                wordSize: 8,
                isBigEndian: false,
                out _);
            _frames[i] = new byte[EvlogWriter.FrameLength(EvlogLayout.Netlink, body.Length)];
            EvlogWriter.WriteFrame(header, body, EvlogLayout.Netlink, isBigEndian: false, _frames[i]);

            // The number is the last argument, directly before the padding.
            _numberAt[i] = NetlinkMessage.HeaderLength + EvlogWriter.RecordLength(EvlogLayout.Netlink, body.Length) - sizeof(uint);
        }
    }

    /// <summary>Writes one datagram.</summary>
    /// <param name="slot">Room for it.</param>
    /// <param name="host">The machine.</param>
    /// <param name="number">Number of the record on that machine.</param>
    /// <returns>The bytes written.</returns>
    public int Write(Span<byte> slot, int host, ulong number)
    {
        var which = (int)((number + (uint)host) % (uint)_frames.Length);
        _frames[which].CopyTo(slot);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[_numberAt[which]..], (uint)number);
        return _frames[which].Length;
    }
}

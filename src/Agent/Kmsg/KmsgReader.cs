using System.Globalization;
using System.Text;
using Mayday.Agent.Forwarding;
using Mayday.Agent.Printk;
using Mayday.Linux.Kmsg;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;
using Mayday.Protocol.Kmsg;

namespace Mayday.Agent.Kmsg;

/// <summary>The result of one step of a <see cref="KmsgReader"/>.</summary>
internal enum KmsgStep
{
    /// <summary>A record that makes an event.</summary>
    Event,

    /// <summary>A record below the severity, or one that was already read.</summary>
    PassedOver,

    /// <summary>Records were overwritten; their number is in <see cref="KmsgReader.Lost"/>.</summary>
    Lost,

    /// <summary>Nothing to read now.</summary>
    NothingYet,

    /// <summary>The device fails; the errno is in <see cref="KmsgReader.Failure"/>.</summary>
    Failed,
}

/// <summary>Turns records of the kernel log into events. It continues where it stopped before, counts how many records were overwritten
/// meanwhile, and finds the format string of each message.</summary>
internal sealed class KmsgReader
{
    /// <summary>Longest record a read returns (PRINTKRB_RECORD_MAX, CONSOLE_EXT_LOG_MAX).</summary>
    private const int BufferLength = 8192;

    // evlog's reserved event types for messages without a known format.
    private const int SyslogMessage = 1;
    private const int PrintkMessage = 2;

    private const int MostFields = 32;

    private readonly IKmsgDevice _device;
    private readonly Guid _boot;
    private readonly Severity _least;
    private readonly PrintkMatcher? _matcher;
    private readonly TimeProvider _time;
    private readonly byte[] _record = new byte[BufferLength];
    private readonly byte[] _text = new byte[BufferLength];
    private ulong? _expected;
    private int _held;

    /// <summary>Begins to read.</summary>
    /// <param name="device">The log.</param>
    /// <param name="boot">The running boot.</param>
    /// <param name="cursor">Where an earlier run stopped.</param>
    /// <param name="least">The least grave severity that makes an event.</param>
    /// <param name="matcher">Finds formats; null: every event is text.</param>
    /// <param name="time">The clock; its timestamp must count from boot, as CLOCK_MONOTONIC does.</param>
    public KmsgReader(IKmsgDevice device, Guid boot, KmsgCursor cursor, Severity least, PrintkMatcher? matcher, TimeProvider time)
    {
        _device = device;
        _boot = boot;
        _least = least;
        _matcher = matcher;
        _time = time;
        // The first start takes what the ring holds and counts nothing before it as lost; a new boot begins at record 0.
        _expected = cursor == KmsgCursor.None ? null : cursor.BootId == boot ? cursor.NextSequence : 0;
    }

    /// <summary>Everything before it is processed.</summary>
    public KmsgCursor Cursor => new(_boot, _expected ?? 0);

    /// <summary>Records that the last step found overwritten.</summary>
    public ulong Lost { get; private set; }

    /// <summary>errno of the last failure.</summary>
    public int Failure { get; private set; }

    /// <summary>Lines of another form than documented, so far.</summary>
    public long Malformed { get; private set; }

    /// <summary>Events whose format was found, so far.</summary>
    public long Matched { get; private set; }

    /// <summary>Takes one record.</summary>
    /// <param name="taken">The event, for <see cref="KmsgStep.Event"/>.</param>
    /// <returns>What was met.</returns>
    public KmsgStep Next(out AgentEvent? taken)
    {
        taken = null;
        if (_held == 0)
        {
            var read = _device.Read(_record);
            switch (read)
            {
                case KmsgDevice.NothingYet:
                    return KmsgStep.NothingYet;
                // The record numbers show how many are missing.
                case KmsgDevice.Overwritten or KmsgDevice.Interrupted:
                    return KmsgStep.PassedOver;
                case <= 0:
                    Failure = -read;
                    return KmsgStep.Failed;
            }

            _held = read;
        }

        if (!KmsgRecord.TryParse(_record.AsSpan(0, _held), out var record))
        {
            _held = 0;
            Malformed++;
            return KmsgStep.PassedOver;
        }

        if (_expected is { } expected && record.Sequence > expected)
        {
            // The record itself is returned by the next step.
            Lost = record.Sequence - expected;
            _expected = record.Sequence;
            return KmsgStep.Lost;
        }

        _held = 0;
        if (record.Sequence < _expected)
        {
            return KmsgStep.PassedOver;
        }

        _expected = record.Sequence + 1;
        if (record.Severity > _least)
        {
            return KmsgStep.PassedOver;
        }

        taken = EventOf(record);
        return KmsgStep.Event;
    }

    private AgentEvent EventOf(scoped in KmsgRecord record)
    {
        var text = _text.AsSpan(0, record.Body.UnescapeText(_text));
        var fields = new List<KeyValuePair<string, string>>();
        var device = DeviceMark.Absent;
        foreach (var field in record.Body.Fields)
        {
            var value = new byte[field.Value.Length];
            var key = Encoding.UTF8.GetString(field.Key);
            if (key == "DEVICE")
            {
                device = DeviceMark.Present;
            }

            if (fields.Count < MostFields)
            {
                fields.Add(new(key, Encoding.UTF8.GetString(value.AsSpan(0, Escapes.Unescape(field.Value, value)))));
            }
        }

        // User space writes to this device too, but never as facility 0.
        var match = record.Facility == 0 ? _matcher?.Match(text, record.Severity, device) : null;
        if (match is not null)
        {
            Matched++;
        }

        AddOwnFields(record, match, fields);
        return new AgentEvent
        {
            Facility = FacilityOf(record.Facility, match),
            Severity = record.Severity,
            EventType = match?.EventType ?? (record.Facility == 0 ? PrintkMessage : SyslogMessage),
            Format = match?.Format,
            Values = match?.Values ?? [],
            Text = Encoding.UTF8.GetString(text),
            OccurredAt = WallClock(record.TimestampMicroseconds),
            Processor = CallerNumber(record.Caller, (byte)'C'),
            Pid = CallerNumber(record.Caller, (byte)'T'),
            Fields = fields,
        };
    }

    private void AddOwnFields(scoped in KmsgRecord record, PrintkMatch? match, List<KeyValuePair<string, string>> fields)
    {
        fields.Add(new("sequence", record.Sequence.ToString(CultureInfo.InvariantCulture)));
        fields.Add(new("bootId", _boot.ToString()));
        fields.Add(new("uptime", (record.TimestampMicroseconds / 1e6).ToString("0.000000", CultureInfo.InvariantCulture)));
        if (record.Flag != '-')
        {
            fields.Add(new("flags", ((char)record.Flag).ToString()));
        }

        if (match is { Entry.Line: > 0 })
        {
            fields.Add(new("source", string.Create(CultureInfo.InvariantCulture, $"{match.Entry.File}:{match.Entry.Line}")));
            fields.Add(new("function", match.Entry.Function));
        }
    }

    /// <summary>In evlog the facility was the driver's name: the module that contains the call, otherwise the driver that the message
    /// names, otherwise kern.</summary>
    private static string FacilityOf(int number, PrintkMatch? match)
    {
        if (number != 0)
        {
            return EvlogFacility.NameOf((uint)number << 3) ?? string.Create(CultureInfo.InvariantCulture, $"facility{number}");
        }

        if (match is null)
        {
            return "kern";
        }

        return match.Entry.Module is not ("" or "vmlinux") ? match.Entry.Module : string.IsNullOrWhiteSpace(match.Driver) ? "kern" : match.Driver;
    }

    // printk timestamps count from boot. The monotonic clock tells how long ago that was; it stops during suspend, as the printk clock
    // does.
    private DateTimeOffset WallClock(ulong microseconds)
    {
        var sinceBoot = _time.GetElapsedTime(0);
        var age = sinceBoot - TimeSpan.FromMicroseconds(Math.Min(microseconds, (ulong)(sinceBoot.Ticks / TimeSpan.TicksPerMicrosecond)));
        return _time.GetUtcNow() - age;
    }

    private static int? CallerNumber(ReadOnlySpan<byte> caller, byte kind) =>
        caller.Length > 1 && caller[0] == kind && int.TryParse(caller[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Mayday.Agent.Kmsg;
using Mayday.Agent.Printk;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Agent.Forwarding;

/// <summary>Collects events into batches and puts each batch into the spool when it is large enough, or a moment after its first event.
/// Sources call it from their own threads and wait for the disk, so memory never holds more than two open batches.</summary>
internal sealed class EventOutbox : IDisposable
{
    /// <summary>Events per batch: as many as a burst brings in a moment. A larger batch would only make one failure more
    /// expensive.</summary>
    public const int MostEvents = 500;

    /// <summary>Bytes of a batch: far below the limits of proxies (1 MiB is the smallest usual one).</summary>
    public const int MostBytes = 256 << 10;

    /// <summary>How long a batch waits for more events: long enough to collect a burst, short enough for a page that people
    /// watch.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly OutgoingSpool _spool;
    private readonly AgentCounters _counters;
    private readonly TimeProvider _time;
    private readonly Action<AgentNotice> _tell;
    private readonly Action _spooled;
    private readonly ITimer _timer;
    private readonly ArrayBufferWriter<byte> _documents = new();
    private readonly ArrayBufferWriter<byte> _frames = new();
    private Utf8JsonWriter? _writer;
    private KmsgCursor _cursor;
    private int _documentCount;
    private int _frameCount;
    private long _untold;
    private long _telling;
    private bool _isFull;
    private DateTimeOffset _fullSince;

    /// <summary>Creates an outbox.</summary>
    /// <param name="spool">Where batches go.</param>
    /// <param name="counters">Counts events and drops.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tell">Called with a notice when the spool is full.</param>
    /// <param name="spooled">Called when a batch is in the spool.</param>
    public EventOutbox(OutgoingSpool spool, AgentCounters counters, TimeProvider time, Action<AgentNotice> tell, Action spooled)
    {
        _spool = spool;
        _counters = counters;
        _time = time;
        _tell = tell;
        _spooled = spooled;
        _untold = spool.UntoldDrops;
        _fullSince = time.GetUtcNow();
        _timer = time.CreateTimer(_ => Close(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds an event.</summary>
    /// <param name="one">The event.</param>
    /// <param name="cursor">How far the kernel log is processed, including this event; none for other sources.</param>
    public void Add(AgentEvent one, KmsgCursor cursor = default)
    {
        lock (_gate)
        {
            TellDrops();
            Write(one);
            if (cursor != KmsgCursor.None)
            {
                _cursor = cursor;
            }

            if (_documentCount >= MostEvents || _documents.WrittenCount >= MostBytes)
            {
                CloseDocuments();
            }
        }
    }

    /// <summary>Adds an evlog record in its netlink frame.</summary>
    /// <param name="frame">The whole frame.</param>
    public void AddFrame(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_frameCount > 0 && _frames.WrittenCount + frame.Length > MostBytes)
            {
                CloseFrames();
            }

            Arm();
            _frames.Write(frame);
            // The next frame must begin at a multiple of four.
            _frames.Write("\0\0\0"u8[..(-frame.Length & 3)]);
            _frameCount++;
            _counters.EventsMade(1);
            if (_frameCount >= MostEvents)
            {
                CloseFrames();
            }
        }
    }

    /// <summary>Puts the open batches into the spool now.</summary>
    public void Close()
    {
        lock (_gate)
        {
            CloseDocuments();
            CloseFrames();
        }
    }

    /// <summary>Closes the batches and stores how far the kernel log was read.</summary>
    /// <param name="cursor">Everything before it is processed.</param>
    public void Close(KmsgCursor cursor)
    {
        lock (_gate)
        {
            CloseDocuments();
            CloseFrames();
            _spool.Remember(cursor, _untold);
        }
    }

    /// <summary>Called when the spool may have room again: reports what was lost meanwhile.</summary>
    public void TellLosses()
    {
        lock (_gate)
        {
            TellDrops();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Write(AgentEvent one)
    {
        if (_documentCount == 0)
        {
            Arm();
            _documents.ResetWrittenCount();
            _writer ??= new Utf8JsonWriter(_documents);
            _writer.Reset(_documents);
            _writer.WriteStartObject();
            _writer.WriteStartArray("events");
        }

        OutgoingEventJson.Write(_writer!, one);
        _writer!.Flush();
        _documentCount++;
        _counters.EventsMade(1);
    }

    private void Arm()
    {
        if (_documentCount == 0 && _frameCount == 0)
        {
            _timer.Change(Linger, Timeout.InfiniteTimeSpan);
        }
    }

    private void CloseDocuments()
    {
        if (_documentCount == 0)
        {
            return;
        }

        _writer!.WriteEndArray();
        _writer.WriteEndObject();
        _writer.Flush();
        var count = _documentCount;
        _documentCount = 0;
        Spool(BatchKind.Documents, count, _documents.WrittenSpan);
    }

    private void CloseFrames()
    {
        if (_frameCount == 0)
        {
            return;
        }

        var count = _frameCount;
        _frameCount = 0;
        Spool(BatchKind.Frames, count, _frames.WrittenSpan);
        _frames.ResetWrittenCount();
    }

    private void Spool(BatchKind kind, int count, ReadOnlySpan<byte> body)
    {
        var cursor = kind == BatchKind.Documents ? _cursor : KmsgCursor.None;
        var batch = new OutgoingBatch { Id = Guid.CreateVersion7(_time.GetUtcNow()), Kind = kind, Events = count, Cursor = cursor, Body = body.ToArray() };
        if (_spool.TryAppend(batch))
        {
            _isFull = false;
            if (kind == BatchKind.Documents && _telling > 0)
            {
                // The report is now on disk. If the process had ended before, the next start would report the losses again.
                _telling = 0;
                _spool.Remember(KmsgCursor.None, _untold);
            }

            _spooled();
            return;
        }

        if (!_isFull)
        {
            _isFull = true;
            if (_untold == 0)
            {
                _fullSince = _time.GetUtcNow();
            }

            _tell(new AgentNotice(Severity.Error, string.Create(CultureInfo.InvariantCulture,
                $"The spool takes no more ({WhyFull()}): events are dropped and counted until the collector takes some again.")));
        }

        if (kind == BatchKind.Documents && _telling > 0)
        {
            // The loss event itself is not an event of the kernel.
            _untold += _telling;
            _telling = 0;
            count--;
        }

        _untold += count;
        _counters.EventsDropped(count);
        // The cursor already moved past these records, so a restart would count them as lost even if they are sent.
        _spool.Remember(cursor, _untold);
    }

    // The loss is reported as an event as soon as there is room for one.
    private void TellDrops()
    {
        if (_untold == 0 || _isFull && !_spool.HasRoom)
        {
            return;
        }

        const string Format = "%llu events lost: the agent's spool took no more";
        var count = (ulong)_untold;
        _telling = _untold;
        _untold = 0;
        _isFull = false;
        Write(new AgentEvent
        {
            Facility = LossFacility,
            Severity = Severity.Error,
            EventType = EvlogCrc.EventTypeOf(Format),
            Format = Format,
            Values = [PrintkValue.Of(count)],
            Text = string.Create(CultureInfo.InvariantCulture, $"{count} events lost: the agent's spool took no more"),
            OccurredAt = _time.GetUtcNow(),
            Fields = [new("since", _fullSince.ToString("O", CultureInfo.InvariantCulture))],
        });
    }

    private string WhyFull() => _spool.Failure is { } failure ? failure.TrimEnd('.') : string.Create(CultureInfo.InvariantCulture, $"it holds {_spool.Bytes:N0} bytes");

    /// <summary>The facility under which the agent reports its own losses.</summary>
    public const string LossFacility = "mayday-agent";
}

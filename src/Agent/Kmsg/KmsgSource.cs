using System.ComponentModel;
using System.Globalization;
using Mayday.Agent.Forwarding;
using Mayday.Agent.Printk;
using Mayday.Linux.Kmsg;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Agent.Kmsg;

/// <summary>Reads the kernel log into the outbox. It has its own thread, because reading the device blocks.</summary>
internal sealed class KmsgSource(IKmsgDevice device, KmsgReader reader, EventOutbox outbox, AgentCounters counters, TimeProvider time, Action<AgentNotice> tell)
{
    /// <summary>How often the read position is saved while no event contains it. After a crash of the agent at most this much of the log is
    /// read and filtered again.</summary>
    private static readonly TimeSpan s_rememberEvery = TimeSpan.FromMinutes(1);

    // A device that fails this often in a row will not recover.
    private const int MostFailures = 10;

    private KmsgCursor _remembered;
    private long _rememberedAt;

    /// <summary>Reads until <paramref name="stopping"/>.</summary>
    public void Run(CancellationToken stopping)
    {
        _rememberedAt = time.GetTimestamp();
        using var wake = stopping.Register(device.Wake);
        var failures = 0;
        while (!stopping.IsCancellationRequested && failures < MostFailures)
        {
            switch (reader.Next(out var taken))
            {
                case KmsgStep.Event:
                    outbox.Add(taken!, reader.Cursor);
                    failures = 0;
                    break;
                case KmsgStep.Lost:
                    counters.RecordsOverwritten(reader.Lost);
                    outbox.Add(LossEvent(reader.Lost, reader.Cursor.NextSequence), reader.Cursor);
                    break;
                case KmsgStep.NothingYet:
                    RememberWhenDue();
                    device.Wait();
                    failures = 0;
                    break;
                case KmsgStep.Failed:
                    failures++;
                    break;
            }
        }

        if (failures == MostFailures)
        {
            tell(new AgentNotice(Severity.Error, $"The kernel log cannot be read any more: {new Win32Exception(reader.Failure).Message}. The other sources go on; restart the agent to try again."));
        }

        outbox.Close(reader.Cursor);
    }

    private void RememberWhenDue()
    {
        if (reader.Cursor == _remembered || time.GetElapsedTime(_rememberedAt) < s_rememberEvery)
        {
            return;
        }

        outbox.Close(reader.Cursor);
        _remembered = reader.Cursor;
        _rememberedAt = time.GetTimestamp();
    }

    private AgentEvent LossEvent(ulong lost, ulong next)
    {
        const string Format = "%llu kernel log records lost: overwritten before they were read (up to %llu)";
        return new AgentEvent
        {
            Facility = EventOutbox.LossFacility,
            Severity = Severity.Warning,
            EventType = EvlogCrc.EventTypeOf(Format),
            Format = Format,
            Values = [PrintkValue.Of(lost), PrintkValue.Of(next - 1)],
            Text = string.Create(CultureInfo.InvariantCulture, $"{lost} kernel log records lost: overwritten before they were read (up to {next - 1})"),
            OccurredAt = time.GetUtcNow(),
        };
    }
}

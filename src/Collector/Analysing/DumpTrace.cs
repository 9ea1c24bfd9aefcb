using System.Diagnostics;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Analysing;

/// <summary>The trace of one dump: received, assembled, analysed, stored. The receiving thread writes no spans; its part is reconstructed
/// later from the timestamps in the dump. A batch that stores many dumps is an activity of its own, linked to those dumps in both
/// directions. No activity is created while there is no listener. Each collector has its own activity source (<see
/// cref="CollectorCounters.Activities"/>), so that a listener can choose one of several collectors in a process.</summary>
internal static class DumpTrace
{
    public const string OutcomeTag = "mayday.outcome";

    /// <summary>Starts a dump's trace and makes it the current activity.</summary>
    public static Activity? Begin(ActivitySource activities)
    {
        Activity.Current = null;
        return activities.StartActivity("dump", ActivityKind.Consumer);
    }

    /// <summary>Called when the dump is analysed, or was not worth keeping (null). Writes the spans of the earlier steps and clears the
    /// current activity.</summary>
    public static FinishedDump? Analysed(Activity? trace, FinishedDump? dump)
    {
        Activity.Current = null;
        if (trace is null)
        {
            return dump;
        }

        if (dump is null)
        {
            trace.SetTag(OutcomeTag, "empty");
            trace.Stop();
            return null;
        }

        // The activity started when analysis took the dump from the queue.
        var taken = new DateTimeOffset(trace.StartTimeUtc);
        trace.SetStartTime(dump.ReceivedAt.UtcDateTime);
        trace.SetTag("mayday.dump.id", dump.Id);
        trace.SetTag("mayday.collector", dump.Collector);
        trace.SetTag("mayday.transport", dump.Transport.ToWord());
        trace.SetTag("mayday.packets", dump.Completeness.Received);
        trace.SetTag("mayday.crashes", dump.Crashes.Count);
        Tell(trace.Source, trace.Context, "dump.receive", (dump.ReceivedAt, dump.CompletedAt));
        Tell(trace.Source, trace.Context, "dump.assemble", (dump.CompletedAt, taken > dump.CompletedAt ? taken : dump.CompletedAt));
        return dump with { Trace = trace };
    }

    /// <summary>Links from a batch to its dumps.</summary>
    public static IEnumerable<ActivityLink> LinksTo(IReadOnlyList<FinishedDump> dumps) =>
        dumps.Select(dump => dump.Trace?.Context ?? dump.SpooledTrace?.Root).OfType<ActivityContext>().Select(root => new ActivityLink(root));

    /// <summary>The batch that contained the dump is committed.</summary>
    public static void Stored(ActivitySource activities, FinishedDump dump, Activity? batch, DateTimeOffset began, DateTimeOffset committed, string outcome)
    {
        if (dump.Trace is { } trace)
        {
            Tell(trace.Source, trace.Context, "dump.store", (began, committed), batch);
            trace.SetTag(OutcomeTag, outcome);
            trace.SetEndTime(committed.UtcDateTime);
        }
        else if (dump.SpooledTrace is { } spooled)
        {
            // The root activity ended when the dump was spooled, perhaps in another process. This span records what happened afterwards.
            Tell(activities, spooled.Root, "dump.spool", (spooled.SpooledAt, began > spooled.SpooledAt ? began : spooled.SpooledAt));
            Tell(activities, spooled.Root, "dump.store", (began, committed), batch, outcome);
        }
    }

    /// <summary>What must be stored with a dump so that its trace can continue after the spool. Null when the trace is not
    /// recorded.</summary>
    public static string? ToGoOn(FinishedDump dump) => dump.Trace is { Recorded: true } trace ? trace.Id : null;

    /// <summary>The dump left the collector's memory. If it was not stored, it is in the spool or was counted as lost.</summary>
    public static void End(FinishedDump dump)
    {
        if (dump.Trace is { } trace)
        {
            if (trace.GetTagItem(OutcomeTag) is null)
            {
                trace.SetTag(OutcomeTag, "spooled");
            }

            trace.Stop();
        }
    }

    private static void Tell(
        ActivitySource activities, ActivityContext root, string name, (DateTimeOffset Began, DateTimeOffset Ended) span, Activity? batch = null, string? outcome = null)
    {
        ActivityLink[]? links = batch is null ? null : [new ActivityLink(batch.Context)];
        var told = activities.StartActivity(name, ActivityKind.Internal, root, tags: null, links, span.Began);
        if (outcome is not null)
        {
            told?.SetTag(OutcomeTag, outcome);
        }

        told?.SetEndTime(span.Ended.UtcDateTime);
        told?.Stop();
    }
}

using System.Diagnostics;
using Mayday.Protocol;
using Mayday.Store.Crashes;

namespace Mayday.Collector.Analysing;

/// <summary>
/// One dump's way as one trace: received, assembled, analysed, stored. The receiving thread knows nothing of it: what it did is told from the dump's own times.
/// A batch that stores many dumps is an activity of its own, and links lead from it to them and back. Nothing is made while nobody listens.
/// Each collector has a source of its own (<see cref="CollectorCounters.Activities"/>): where a process runs several, a listener can choose one.
/// </summary>
internal static class DumpTrace
{
    public const string OutcomeTag = "mayday.outcome";

    /// <summary>A dump's trace begins, and becomes the current activity.</summary>
    public static Activity? Begin(ActivitySource activities)
    {
        Activity.Current = null;
        return activities.StartActivity("dump", ActivityKind.Consumer);
    }

    /// <summary>It is analysed, or was not worth keeping (null): tells what went before, and that the current activity is no more.</summary>
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

        // It was begun when analysis took it.
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

    /// <summary>The batch that it was in is committed.</summary>
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
            // Its root ended when it was spooled, perhaps in another process: what became of it in the end stands here.
            Tell(activities, spooled.Root, "dump.spool", (spooled.SpooledAt, began > spooled.SpooledAt ? began : spooled.SpooledAt));
            Tell(activities, spooled.Root, "dump.store", (began, committed), batch, outcome);
        }
    }

    /// <summary>What must be kept of a dump so that its trace goes on when it comes back; null where there is none that anybody records.</summary>
    public static string? ToGoOn(FinishedDump dump) => dump.Trace is { Recorded: true } trace ? trace.Id : null;

    /// <summary>It left the collector's memory; one that was not stored is in the spool, or was counted as lost.</summary>
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

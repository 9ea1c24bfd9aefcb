using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Intake;

/// <summary>
/// Gives a fresh intake what the end of a process left in the journal: the lines kept before crashes, the windows and dumps in flight or not yet
/// stored, then the datagrams that had landed and were not worked on. An entry that cannot be taken costs itself only.
/// </summary>
internal static class JournalReplay
{
    // A ticket during whose restore so many processes in a row died will end the next one too.
    private const int MostDeaths = 5;

    /// <param name="handOn">Called after each ticket: what is finished goes on to the store at once, so that a process that lives shortly gets on too.</param>
    public static void Run(
        ShardJournal journal, IReadOnlyList<RestoredJournal> left, DatagramIntake intake, ShardCounters counters, Moment now, ILogger log, Action handOn)
    {
        journal.ReckonDeath();
        if (left.Any(restored => restored.Tickets.Count > 0))
        {
            RestoreWarmUp.Run(now);
        }

        foreach (var restored in left)
        {
            RestoreLines(restored, intake, now, counters, log);
            foreach (var ticket in InTurn(restored, journal.Suspect))
            {
                if (restored.IsInPlace && ticket.Number == journal.Suspect && journal.Deaths >= MostDeaths)
                {
                    counters.JournalGivenUp++;
                    CollectorLog.RestoreGivenUp(log, journal.Deaths);
                    journal.Settle(ticket.Number);
                    continue;
                }

                journal.InHand = restored.IsInPlace ? ticket.Number : 0;
                try
                {
                    intake.Restore(ticket, restored.IsInPlace, now);
                    counters.JournalRestored += ticket.IsSettled ? 0 : 1;
                }
                catch (Exception failure)
                {
                    counters.InternalFailures++;
                    CollectorLog.RestoreFailed(log, failure);
                    if (restored.IsInPlace)
                    {
                        journal.Settle(ticket.Number);
                    }
                }

                // What follows may wait for room, and is no doing of this ticket.
                journal.InHand = 0;
                handOn();
            }
        }

        // All this was counted by the process that received it.
        counters.ForgetRestored();
        intake.Loss.Forget();
        foreach (var restored in left)
        {
            TakeLanded(journal, restored, intake, now, counters, log);
            if (restored.Leftover is { } file)
            {
                File.Delete(file);
            }

            if (!restored.IsEmpty)
            {
                CollectorLog.JournalRestored(log, restored.Tickets.Count(ticket => !ticket.IsSettled) + restored.Events.Count, restored.Lines.Count, restored.Landed.Count);
            }
        }

        journal.Suspect = journal.Deaths = 0;
    }

    // The one during whose restore the last process died comes last: most often somebody ended that process while the first ticket took its time, since all code
    // was cold. One that ends the process by itself does so behind all the others too, and is found out there.
    private static IEnumerable<RestoredTicket> InTurn(RestoredJournal restored, long suspect) =>
        restored.IsInPlace ? restored.Tickets.OrderBy(ticket => ticket.Number == suspect) : restored.Tickets;

    private static void RestoreLines(RestoredJournal restored, DatagramIntake intake, Moment now, ShardCounters counters, ILogger log)
    {
        foreach (var line in restored.Lines)
        {
            try
            {
                intake.Netconsole.RestoreLine(line, restored.IsInPlace, now);
            }
            catch (Exception failure)
            {
                counters.InternalFailures++;
                CollectorLog.RestoreFailed(log, failure);
            }
        }
    }

    private static void TakeLanded(ShardJournal journal, RestoredJournal restored, DatagramIntake intake, Moment now, ShardCounters counters, ILogger log)
    {
        var batch = restored.Landed;
        if (restored.IsInPlace)
        {
            journal.BeginLanded(batch, restored.LandedFrom);
        }
        else
        {
            journal.Begin(batch);
        }

        for (var i = 0; i < batch.Count; i++)
        {
            journal.Take(i);
            try
            {
                intake.Take(batch.Datagram(i), batch.Source(i), batch.IsTruncated(i), batch.Arrival(i) == 0 ? now : now.WithArrival(batch.Arrival(i)));
            }
            catch (Exception failure)
            {
                counters.InternalFailures++;
                CollectorLog.RestoreFailed(log, failure);
            }
        }
    }
}

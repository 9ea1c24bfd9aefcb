using Mayday.Collector.Datagrams;
using Mayday.Collector.Journal;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Intake;

/// <summary>Restores into a fresh intake what a killed process left in the journal: the lines kept before crashes, the windows and dumps in
/// flight or not yet stored, then the datagrams that were received but not yet processed. An entry that cannot be restored does not affect
/// the others.</summary>
internal static class JournalReplay
{
    // A ticket during whose restore this many processes in a row died would kill the next one too, so it is given up.
    private const int MostDeaths = 5;

    /// <param name="handOn">Called after each ticket: finished dumps go to the store at once, so that even a process that dies early makes
    /// progress.</param>
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

                // The next step may wait for room. If the process dies there, this ticket is not the cause.
                journal.InHand = 0;
                handOn();
            }
        }

        // The process that received these datagrams has already counted them.
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

    // The ticket during whose restore the last process died is restored last. Usually somebody stopped that process while its first ticket
    // was slow because no code was compiled yet. A ticket that really crashes the process then crashes it only after all others are
    // restored, and is still identified.
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

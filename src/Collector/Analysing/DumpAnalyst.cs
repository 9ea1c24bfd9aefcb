using System.Diagnostics;
using System.Threading.Channels;
using Mayday.Analysis;
using Mayday.Collector.Reassembly;
using Mayday.Store.Crashes;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector.Analysing;

/// <summary>Step 4: joins a dump's text and finds its crashes. A failed analysis gives the dump a status and a reason; the dump is
/// kept.</summary>
internal sealed class DumpAnalyst(string collector, CollectorCounters counters, ILogger log)
{
    public async Task RunAsync(ChannelReader<WaitingDump> waiting, AnalysisBacklog backlog, ChannelWriter<FinishedDump> finished)
    {
        await foreach (var item in waiting.ReadAllAsync())
        {
            FinishedDump? dump;
            var trace = DumpTrace.Begin(counters.Activities);
            using (counters.Activities.StartActivity("dump.analyse"))
            {
                try
                {
                    dump = Finish(item.Dump);
                }
                catch (Exception failure)
                {
                    trace?.SetStatus(ActivityStatusCode.Error, failure.Message);
                    trace?.Stop();
                    counters.JoinFailed();
                    CollectorLog.JoinFailed(log, failure, item.Dump.Source.ToString());
                    item.Dump.Settle();
                    continue;
                }
                finally
                {
                    backlog.Taken(item);
                }
            }

            if (DumpTrace.Analysed(trace, dump) is { } traced)
            {
                await finished.WriteAsync(traced);
            }
        }
    }

    /// <summary>Joins and analyses a dump. Returns null for a window that contains no crash.</summary>
    public FinishedDump? Finish(ReassembledDump reassembled)
    {
        var dump = Analyse(reassembled.Join(collector));
        if (reassembled.NeedsCrash && dump is { Crashes.Count: 0, AnalysisFailure: null })
        {
            counters.WindowWasEmpty();
            reassembled.Settle();
            return null;
        }

        counters.DumpFinished(dump);
        return dump;
    }

    /// <summary>Analyses a dump's log with the current analyser. Also used for dumps that were read back from the spool.</summary>
    public FinishedDump Analyse(FinishedDump dump)
    {
        try
        {
            var crashes = CrashAnalyzer.Analyze(dump.Log.Span);
            return dump with
            {
                Crashes = crashes,
                KernelRelease = dump.KernelRelease ?? crashes.FirstOrDefault(crash => crash.KernelRelease is not null)?.KernelRelease,
                AnalyzerVersion = CrashAnalyzer.Version,
                AnalysisFailure = null,
            };
        }
        catch (Exception failure)
        {
            counters.AnalysisFailed();
            CollectorLog.AnalysisFailed(log, failure, dump.Id);
            return dump with { Crashes = [], AnalyzerVersion = CrashAnalyzer.Version, AnalysisFailure = $"{failure.GetType().Name}: {failure.Message}" };
        }
    }
}

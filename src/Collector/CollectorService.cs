using Mayday.Collector.Loss;
using Mayday.Collector.Receive;
using Mayday.Collector.Storing;
using Mayday.Collector.Storing.Dumps;
using Mayday.Collector.Storing.Events;
using Mayday.Events.Screening;
using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Store.Ingest;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mayday.Collector;

/// <summary>The collector as a hosted service. When a port is in use or the spool cannot be written, the start fails with a message for the
/// user. On stop the listeners end first, then everything in flight is written or spooled.</summary>
public sealed class CollectorService(
    IOptions<CollectorOptions> options, CrashWriter writer, EventWriter events, EventScreen screen, IngestCounters ingest, LossAccounts accounts, LogArchive archive, CollectorCounters counters,
    TimeProvider time, IHostApplicationLifetime lifetime, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private readonly ILogger _log = loggers.CreateLogger("Mayday.Collector");
    private readonly CancellationTokenSource _stopping = new();
    private Pipeline? _pipeline;
    private DumpSpool? _spool;
    private CounterSaver? _saver;
    private LossSaver? _lossSaver;
    private Task _saving = Task.CompletedTask;
    private Task _accounting = Task.CompletedTask;

    /// <summary>The bound ports; available once the service has started.</summary>
    public CollectorPorts Ports => _pipeline?.Ports ?? new CollectorPorts(null, null, null);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        _spool = DumpSpool.Open(settings.Spool, counters, _log, time);
        var ports = new Dictionary<string, int> { ["Netoops"] = settings.Netoops.Port, ["Netconsole"] = settings.Netconsole.Port, ["Evlog"] = settings.Evlog.Port };
        _pipeline = Pipeline.Open(
            settings, writer, _spool, counters, time, _log, isJournaled: settings.Journal.Enabled, handed: HandedSockets.Sort(HandedSockets.Claimed, ports),
            events: new EventStore(events, screen, EventSpool.Open(_spool, settings.Spool, counters, _log)), archive: archive);
        _pipeline.Start();
        _saver = new CounterSaver(settings, counters, ingest, time, _log);
        _saving = Task.Run(() => _saver.RunAsync(_stopping.Token), CancellationToken.None);
        _lossSaver = new LossSaver(settings, _pipeline.Losses, counters, accounts, time, _log);
        _accounting = Task.Run(() => _lossSaver.RunAsync(_stopping.Token), CancellationToken.None);
        _ = WatchAsync(_pipeline);
        CollectorLog.Listening(_log, settings.ListenAddress, Ports.Netoops, Ports.Netconsole, Ports.Evlog, _pipeline.Shards);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        if (_pipeline is not null)
        {
            await _pipeline.StopAsync();
        }

        await Task.WhenAll(_saving, _accounting);
        if (_lossSaver is not null)
        {
            await _lossSaver.SaveLastAsync();
        }

        if (_saver is not null)
        {
            await _saver.SaveLastAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_pipeline is not null)
        {
            await _pipeline.DisposeAsync();
        }

        _spool?.Dispose();
        _stopping.Dispose();
    }

    // A collector whose storing stage has ended would receive dumps and lose them. Ending the process is better: its supervisor restarts
    // it.
    private async Task WatchAsync(Pipeline pipeline)
    {
        await pipeline.Failure;
        if (!_stopping.IsCancellationRequested)
        {
            lifetime.StopApplication();
        }
    }
}

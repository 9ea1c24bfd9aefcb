using System.Data.Common;
using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Web.Components.Texts;
using Mayday.Web.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Logging;

namespace Mayday.Web.Components;

/// <summary>What every page needs: the store, the reader's zone, an end, and a sentence for people when a reading fails.</summary>
public abstract partial class PageBase : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _gone = new();

    [Inject] public required StoreQueries Queries { get; init; }

    [Inject] public required TimeProvider Time { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    [Inject] public required Handover Handover { get; init; }

    [Inject] public required ILoggerFactory Loggers { get; init; }

    [CascadingParameter] public Reader Reader { get; set; } = Reader.Unknown;

    /// <summary>Cancelled when the reader has left the page.</summary>
    protected CancellationToken Gone => _gone.Token;

    /// <summary>Why the last reading failed, in words; null when it did not.</summary>
    protected string? Failure { get; private set; }

    /// <summary>
    /// Reads once for the static rendering and hands the result to the circuit's; a failure becomes <see cref="Failure"/>, and null is returned
    /// for it as for what does not exist.
    /// </summary>
    protected async Task<T?> ReadOnceAsync<T>(string key, Func<CancellationToken, Task<T?>> read) where T : class
    {
        if (RendererInfo.IsInteractive && Handover.TryTake<T>(key, out var left))
        {
            return left;
        }

        var value = await ReadAsync(read);
        if (value is not null && !RendererInfo.IsInteractive)
        {
            Handover.Leave(key, value);
        }

        return value;
    }

    protected async Task<T?> ReadAsync<T>(Func<CancellationToken, Task<T?>> read) where T : class
    {
        try
        {
            var value = await read(Gone);
            Failure = null;
            return value;
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested)
        {
            return null;
        }
        catch (EventSearchTooLongException exception)
        {
            Failure = $"{exception.Message} Narrow it: by since, by host, or by a format.";
            return null;
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or IOException)
        {
            ReadingFailed(Loggers.CreateLogger(GetType()), exception);
            Failure = "The database did not answer. Crashes are still being received; this page tries again when you reload it.";
            return null;
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_gone.IsCancellationRequested)
        {
            _gone.Cancel();
            _gone.Dispose();
        }
    }

    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "A page could not read the database")]
    private static partial void ReadingFailed(ILogger logger, Exception exception);
}

using Mayday.Store.Crashes;

namespace Mayday.Collector.Storing.Dumps;

/// <summary>Dumps that came back from the spool, which forgets them when they are accepted.</summary>
internal sealed class SpoolBatch(IReadOnlyList<FinishedDump> dumps, Action accept)
{
    public IReadOnlyList<FinishedDump> Dumps { get; } = dumps;

    public void Accept() => accept();
}

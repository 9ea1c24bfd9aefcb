using Mayday.Web.Api.Dumps;

namespace Mayday.Web.Api.Ingest;

/// <summary>How many bytes of uploads may lie in memory at once, over all requests. Counted as bytes arrive, never by what a header promises.</summary>
internal sealed class IntakeBudget(long capacity)
{
    /// <summary>Four of the largest logs at once: more come together only when somebody means harm, or a script that can wait.</summary>
    public const long DefaultCapacity = 4L * DumpText.MaxBytes;

    private long _taken;

    public long Taken => Interlocked.Read(ref _taken);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= capacity)
        {
            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}

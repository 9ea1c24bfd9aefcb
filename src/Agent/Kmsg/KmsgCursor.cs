namespace Mayday.Agent.Kmsg;

/// <summary>How far the kernel log of a boot was read.</summary>
/// <param name="BootId">The boot: <c>/proc/sys/kernel/random/boot_id</c>.</param>
/// <param name="NextSequence">The record to read next.</param>
public readonly record struct KmsgCursor(Guid BootId, ulong NextSequence)
{
    /// <summary>Before anything was read.</summary>
    public static KmsgCursor None => default;

    /// <summary>The running boot's id.</summary>
    /// <returns>An empty id where the kernel does not tell.</returns>
    public static Guid RunningBoot()
    {
        try
        {
            return Guid.TryParse(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), out var id) ? id : Guid.Empty;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return Guid.Empty;
        }
    }

    /// <summary>The cursor that is further: one of the running boot is always ahead of one of an earlier boot.</summary>
    internal static KmsgCursor Further(KmsgCursor one, KmsgCursor other, Guid running)
    {
        if (other == None || (other.BootId != running && one != None))
        {
            return one;
        }

        return one.BootId == other.BootId && one.NextSequence > other.NextSequence ? one : other;
    }
}

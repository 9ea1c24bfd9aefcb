namespace Mayday.Linux.Files;

/// <summary>A descriptor that this process was started with.</summary>
public static class InheritedDescriptor
{
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    /// <summary>Children that are started from now on do not get it.</summary>
    public static void KeepFromChildren(int descriptor) => _ = FileCalls.Control(descriptor, SetDescriptorFlags, CloseOnExec);
}

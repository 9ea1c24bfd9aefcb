using System.Runtime.InteropServices;

namespace Mayday.Collector.Tests;

internal static partial class NativeSocket
{
    [LibraryImport("libc", EntryPoint = "dup")]
    public static partial int Duplicate(int descriptor);
}

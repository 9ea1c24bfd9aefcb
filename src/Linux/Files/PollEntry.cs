using System.Runtime.InteropServices;

namespace Mayday.Linux.Files;

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    /// <summary>POLLIN in <see cref="Events"/>: there is something to read.</summary>
    public const short In = 1;

    public int Descriptor;
    public short Events;
    public short Returned;
}

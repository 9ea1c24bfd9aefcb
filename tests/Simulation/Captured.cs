using Mayday.Simulation.Captures;
using Mayday.Simulation.Replay;

namespace Mayday.Simulation.Tests;

/// <summary>Captures of real kernels, as files beside the tests.</summary>
internal static class Captured
{
    public static byte[] Content(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Captures", name));

    public static IReadOnlyList<CapturedDatagram> Datagrams(string name) => CaptureReader.Read(Content(name));

    public static ReplaySource Source(string name) => ReplaySource.Parse(name, Content(name));
}

namespace Mayday.Simulation.Load;

/// <summary>A dump that was sent out of turn, to see how long the receiver takes.</summary>
/// <param name="HostName">The name it came with; no other dump has it.</param>
/// <param name="Function">The function it blames.</param>
/// <param name="WholeAt">Timestamp of the clock when the packet left that made it whole: the last of the first round.</param>
public readonly record struct LoadProbe(string HostName, string Function, long WholeAt);

namespace Mayday.Simulation.Load;

/// <summary>A dump that was sent out of turn, to measure how long the receiver takes.</summary>
/// <param name="HostName">Its host name; no other dump has it.</param>
/// <param name="Function">The function that it names.</param>
/// <param name="WholeAt">Timestamp of the clock when the packet was sent that completed it: the last of the first round.</param>
public readonly record struct LoadProbe(string HostName, string Function, long WholeAt);

namespace Mayday.Simulation.Load;

/// <summary>What a datagram is made from when it is sent.</summary>
/// <param name="Dump">The crash it belongs to; null for an ordinary line.</param>
/// <param name="Number">Packet of the dump, or line of the report.</param>
/// <param name="Sequence">netconsole: record number.</param>
/// <param name="Microseconds">netconsole: when printk printed it, since the machine's boot.</param>
internal readonly record struct LoadPacket(LoadDump? Dump, int Number, ulong Sequence, ulong Microseconds);

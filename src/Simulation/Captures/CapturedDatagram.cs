namespace Mayday.Simulation.Captures;

/// <summary>One datagram of a capture file.</summary>
/// <param name="ArrivedAt">Unix time in seconds; 0 where the capture does not say.</param>
/// <param name="Port">Source port it came from; 0 where the capture does not say.</param>
/// <param name="Payload">The UDP payload.</param>
public sealed record CapturedDatagram(double ArrivedAt, int Port, byte[] Payload);

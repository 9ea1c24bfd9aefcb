using System.Buffers.Binary;
using System.Net;

namespace Mayday.Collector.Datagrams;

/// <summary>The sender of a datagram: IPv6 address, port, scope. IPv4 addresses are mapped into IPv6, so that a machine has the same
/// address on every socket. It is a struct because <see cref="IPEndPoint"/> costs one allocation per datagram.</summary>
public readonly record struct SourceEndPoint(ulong High, ulong Low, ushort Port, uint Scope = 0)
{
    private const ulong MappedPrefix = 0x0000_ffff_0000_0000;

    // AF_INET and AF_INET6 of Linux.
    private const int FamilyIPv4 = 2;
    private const int FamilyIPv6 = 10;

    public bool IsIPv4 => High == 0 && (Low & 0xffff_ffff_0000_0000) == MappedPrefix;

    public static SourceEndPoint FromIPv4(uint address, ushort port) => new(0, MappedPrefix | address, port);

    public static SourceEndPoint FromIPv6(ReadOnlySpan<byte> address, ushort port, uint scope) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[sizeof(ulong)..]), port, scope);

    /// <summary>Reads a <c>sockaddr_in</c> or <c>sockaddr_in6</c> of Linux; nothing when it is neither.</summary>
    /// <param name="name">28 bytes, whatever the family.</param>
    public static SourceEndPoint FromName(ReadOnlySpan<byte> name)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(name[2..]);
        return BinaryPrimitives.ReadUInt16LittleEndian(name) switch
        {
            FamilyIPv4 => FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(name[4..]), port),
            FamilyIPv6 => FromIPv6(name[8..24], port, BinaryPrimitives.ReadUInt32LittleEndian(name[24..])),
            _ => default,
        };
    }

    public static SourceEndPoint From(IPEndPoint endPoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        endPoint.Address.MapToIPv6().TryWriteBytes(bytes, out _);
        var scope = endPoint.Address is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } v6 ? (uint)v6.ScopeId : 0;
        return FromIPv6(bytes, (ushort)endPoint.Port, scope);
    }

    /// <summary>IPv4 senders are returned as IPv4 addresses. The scope of a link-local address is left out: it separates flows inside this
    /// process, means nothing on another machine, and Postgres' inet type cannot store it.</summary>
    public IPAddress ToAddress()
    {
        if (IsIPv4)
        {
            return new IPAddress((ReadOnlySpan<byte>)[(byte)(Low >> 24), (byte)(Low >> 16), (byte)(Low >> 8), (byte)Low]);
        }

        Span<byte> bytes = stackalloc byte[16];
        WriteAddress(bytes);
        return new IPAddress(bytes);
    }

    public void WriteAddress(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[sizeof(ulong)..], Low);
    }

    // HashCode is seeded per process, so an attacker cannot choose source addresses that share a hash bucket.
    public override int GetHashCode() => HashCode.Combine(High, Low, Port, Scope);

    public override string ToString() => new IPEndPoint(ToAddress(), Port).ToString();
}

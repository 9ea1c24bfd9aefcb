using System.Net;
using Mayday.Events.Reading;
using Mayday.Events.Screening;
using Mayday.Protocol;
using Mayday.Protocol.Evlog;

namespace Mayday.Tests.Shared;

/// <summary>Events for tests: each has an id of its own.</summary>
public static class SomeEvent
{
    public static ReceivedEvent Of(
        string? address = "10.9.0.1",
        string? name = null,
        DateTimeOffset? at = null,
        Transport transport = Transport.Evlog,
        string facility = "e1000",
        string? format = "%s: link is %s at %d Mbps",
        Severity severity = Severity.Error,
        int type = 0x1234,
        int count = 1,
        string? text = null,
        params EventArgument[] arguments)
    {
        var received = at ?? DateTimeOffset.UtcNow;
        return new ReceivedEvent
        {
            Id = DumpId.At(received),
            ReceivedAt = received,
            Transport = transport,
            Host = new HostClaim(address is null ? null : IPAddress.Parse(address), 2005, name),
            Event = new KernelEvent
            {
                Facility = facility,
                EventType = type,
                Severity = severity,
                Format = format is null ? EvlogFormat.String : EvlogFormat.Printf,
                FormatString = format,
                Flags = EvlogFlags.KernelEvent,
                Arguments = arguments,
                Text = text ?? "eth0: link is down at 1000 Mbps",
                Count = count,
            },
            Collector = "test",
        };
    }

    public static ReceivedEvent Link(string device, long speed, string? address = "10.9.0.1", DateTimeOffset? at = null) => Of(
        address,
        at: at,
        arguments: [EventArgument.OfText(device), EventArgument.OfText("down"), EventArgument.OfNumber(speed)]);
}

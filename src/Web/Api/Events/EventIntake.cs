using System.Text.Json;
using Mayday.Events.Reading;
using Mayday.Events.Screening;
using Mayday.Protocol;
using Mayday.Store.Events;

namespace Mayday.Web.Api.Events;

/// <summary>Why one event of a batch was not taken: the closed list of docs/api.md.</summary>
internal enum EventRefusal
{
    None,

    /// <summary>Octet-stream: not a record of any known layout, or its length does not fit the body.</summary>
    Malformed,

    NotAnObject,
    UnknownMember,
    MissingMember,
    InvalidValue,

    /// <summary>Postgres did not take it in any form.</summary>
    NotStored,
}

/// <summary>One event that was not taken.</summary>
/// <param name="Index">Its place in the body, from 0.</param>
/// <param name="Reason">A word of the closed list.</param>
/// <param name="Detail">What is wrong with it, and what would be right.</param>
internal sealed record EventRejection(int Index, string Reason, string Detail)
{
    public static string WordOf(EventRefusal refusal) => JsonNamingPolicy.CamelCase.ConvertName(refusal.ToString());
}

/// <summary>What became of a batch.</summary>
internal sealed record EventReceipt(int Accepted, int Duplicates, IReadOnlyList<EventRejection> Rejected);

/// <summary>An event of a body, or why it is none.</summary>
internal readonly record struct HandedInEvent(KernelEvent? Event, EventRefusal Refusal, string Detail, ReadOnlyMemory<byte> Raw);

/// <summary>Takes events that were handed in over HTTP and stores them.</summary>
internal sealed class EventIntake(EventWriter writer, EventScreen screen, TimeProvider time)
{
    /// <summary>Under what name this process stands as an event's collector.</summary>
    private readonly string _collector = "web@" + Environment.MachineName;

    public async Task<EventReceipt> TakeAsync(IReadOnlyList<HandedInEvent> handedIn, HostClaim host, EventBatchKey? batch, CancellationToken cancellation)
    {
        var received = time.GetUtcNow();
        var events = new List<ReceivedEvent>(handedIn.Count);
        var places = new List<int>(handedIn.Count);
        var rejected = new List<EventRejection>();
        for (var i = 0; i < handedIn.Count; i++)
        {
            if (handedIn[i].Event is not { } read)
            {
                rejected.Add(new EventRejection(i, EventRejection.WordOf(handedIn[i].Refusal), handedIn[i].Detail));
                continue;
            }

            places.Add(i);
            events.Add(new ReceivedEvent
            {
                Id = DumpId.At(received, i),
                ReceivedAt = received,
                Transport = Transport.Http,
                Host = host,
                Event = read,
                Raw = handedIn[i].Raw,
                Collector = _collector,
            });
        }

        // What rules drop or fold was taken all the same: the sender has done its part, and it is counted here.
        var passed = screen.PassBatch(events, out var indexes);
        var result = await writer.WriteAsync(passed, batch, cancellation);
        var isRepeated = passed.Count > 0 && result.Duplicates == passed.Count;
        if (!isRepeated)
        {
            screen.Observe(passed);
        }

        rejected.AddRange(result.Rejected.Select(refused =>
            new EventRejection(places[indexes[refused.Index]], EventRejection.WordOf(EventRefusal.NotStored), $"Postgres would not take it: {refused.Reason}")));
        var duplicates = isRepeated ? events.Count : result.Duplicates;
        return new EventReceipt(events.Count - result.Rejected.Count - duplicates, duplicates, [.. rejected.OrderBy(rejection => rejection.Index)]);
    }
}

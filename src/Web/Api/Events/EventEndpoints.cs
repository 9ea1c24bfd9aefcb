using Mayday.Events.Screening;
using Mayday.Store.Events;
using Mayday.Store.Postgres;
using Mayday.Web.Api.Dumps;
using Mayday.Web.Api.Ingest;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Mayday.Web.Api.Events;

internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        var events = api.MapGroup("/events").WithTags("events");

        events.MapPost("", PostEvents).WithName("postEvents").WithSummary("Hands in a batch of kernel events")
            .WithDescription("evlog's netlink frames back to back, or JSON: at most 16 MiB and 10,000 events. Each event is taken or refused by itself; a batch with an id is counted once, however often it is sent within 7 days.")
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.RequestBody = EventApiDocument.Body();
                return Task.CompletedTask;
            })
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        events.MapRead("", ListEvents).WithName("listEvents").WithSummary("Events, newest first")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        events.MapRead("/{id}", GetEvent).WithName("getEvent").WithSummary("One event, with what arrived")
            .ProducesProblem(StatusCodes.Status404NotFound);

        var formats = api.MapGroup("/event-formats").WithTags("events");
        formats.MapRead("", ListFormats).WithName("listEventFormats").WithSummary("Events grouped by format string: counts, hosts, trend, and how their arguments are spread")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        formats.MapRead("/{id}", GetFormat).WithName("getEventFormat").WithSummary("One format, and the hosts that sent events of it")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<EventReceipt>, ProblemHttpResult>> PostEvents(
        [AsParameters] EventBatchParameters parameters,
        HttpContext context,
        EventIntake intake,
        IntakeBudget budget,
        ApiInstruments instruments,
        TimeProvider time,
        CancellationToken cancellation)
    {
        if (DumpEndpoints.IsCrossSite(context.Request))
        {
            return Refuse(EventBatchRefusal.CrossSite, context, instruments);
        }

        var reader = new ParameterReader(time.GetUtcNow());
        var host = parameters.Read(reader, context.Connection.RemoteIpAddress, out var batch);
        if (reader.Failed)
        {
            instruments.EventsRefused(EventBatchRefusal.InvalidParameter);
            return reader.ToProblem();
        }

        var refusal = EventBody.RefusalOf(context.Request, out var isJson);
        if (refusal != EventBatchRefusal.None)
        {
            return Refuse(refusal, context, instruments);
        }

        using var body = new UploadedBody(budget, EventBody.MaxBytes);
        refusal = await body.ReadAsync(context.Request, cancellation) switch
        {
            UploadOutcome.TooLarge => EventBatchRefusal.TooLarge,
            UploadOutcome.Busy => EventBatchRefusal.Busy,
            _ => EventBatchRefusal.None,
        };
        IReadOnlyList<HandedInEvent> events = [];
        if (refusal == EventBatchRefusal.None)
        {
            refusal = isJson ? EventBody.ReadJson(body.Bytes, out events) : EventBody.ReadFrames(body.Bytes, out events);
        }

        if (refusal != EventBatchRefusal.None)
        {
            return Refuse(refusal, context, instruments);
        }

        var receipt = await intake.TakeAsync(events, host, batch, cancellation);
        instruments.EventsTaken(receipt);
        return TypedResults.Ok(receipt);
    }

    private static async Task<Results<Ok<EventPageDocument>, ProblemHttpResult>> ListEvents(
        [AsParameters] EventListParameters parameters, EventQueries queries, EventKnowledge knowledge, TimeProvider time, CancellationToken cancellation)
    {
        var reader = new ParameterReader(time.GetUtcNow());
        var filter = parameters.Read(reader, knowledge.Templates.Names, out var page);
        if (reader.Failed)
        {
            return reader.ToProblem();
        }

        var events = await queries.ListAsync(filter, page, cancellation);
        return TypedResults.Ok(new EventPageDocument([.. events.Items.Select(item => new EventDocument(item))], events.Next, events.SearchedTo));
    }

    private static async Task<Results<Ok<EventDetailDocument>, ProblemHttpResult>> GetEvent(string id, EventQueries queries, CancellationToken cancellation) =>
        Guid.TryParseExact(id, "D", out var uuid) && await queries.FindAsync(uuid, cancellation) is { } detail
            ? TypedResults.Ok(new EventDetailDocument(detail))
            : ApiProblem.NoSuch("event", id);

    private static async Task<Results<Ok<Page<EventFormatDocument>>, ProblemHttpResult>> ListFormats(
        [AsParameters] EventFormatListParameters parameters, EventQueries queries, TimeProvider time, CancellationToken cancellation)
    {
        var reader = new ParameterReader(time.GetUtcNow());
        var filter = parameters.Read(reader, out var page);
        if (reader.Failed)
        {
            return reader.ToProblem();
        }

        var formats = await queries.ListFormatsAsync(filter, page, cancellation);
        return TypedResults.Ok(new Page<EventFormatDocument>([.. formats.Items.Select(item => new EventFormatDocument(item))], formats.Next));
    }

    private static async Task<Results<Ok<EventFormatDetailDocument>, ProblemHttpResult>> GetFormat(string id, EventQueries queries, CancellationToken cancellation) =>
        EventParameters.TryReadId(id, out var number) && await queries.FindFormatAsync(number, cancellation) is { } format
            ? TypedResults.Ok(new EventFormatDetailDocument(format, await queries.ListFormatHostsAsync(number, cancellation)))
            : ApiProblem.NotFound.With($"There is no event format '{ApiProblem.Quoted(id)}'. Its ids are the whole numbers that /event-formats gives out; formats not seen for longer than the store's retention are gone.");

    private static ProblemHttpResult Refuse(EventBatchRefusal refusal, HttpContext context, ApiInstruments instruments)
    {
        instruments.EventsRefused(refusal);
        if (refusal == EventBatchRefusal.Busy)
        {
            context.Response.Headers.RetryAfter = ApiFailure.RetryAfterSeconds;
        }

        return refusal switch
        {
            EventBatchRefusal.CrossSite => ApiProblem.CrossSite.With("A browser sent this for a page of another site. Send events from a program, or from this server's own page at /api."),
            EventBatchRefusal.TooLarge => ApiProblem.BodyTooLarge.With($"A batch is at most {EventBody.MaxBytes / (1024 * 1024)} MiB. Send it in parts, each with a batch id of its own."),
            EventBatchRefusal.TooMany => ApiProblem.BodyTooLarge.With($"A batch is at most {EventBody.MaxEvents} events. Send it in parts, each with a batch id of its own."),
            EventBatchRefusal.Busy => ApiProblem.IntakeBusy.With("Other uploads hold all the memory that is set aside for them. Try again in a few seconds; nothing of this one was kept."),
            EventBatchRefusal.Empty => ApiProblem.EmptyBody.With("The body is empty. Send at least one record: its netlink header, then the record."),
            EventBatchRefusal.InvalidBody => ApiProblem.InvalidBody.With(
                "The body is not {\"events\": [...]} and nothing else, as JSON in UTF-8. An event is {\"facility\": \"e1000\", \"severity\": \"err\", \"format\": \"%s: link is down\", \"args\": [\"eth0\"]}."),
            EventBatchRefusal.Encoded => ApiProblem.UnsupportedEvents.With("Content-Encoding is not taken. Send the events uncompressed."),
            _ => ApiProblem.UnsupportedEvents.With(
                $"Content-Type '{ApiProblem.Quoted(context.Request.ContentType ?? "")}' is neither application/octet-stream (evlog's netlink frames) nor application/json."),
        };
    }
}

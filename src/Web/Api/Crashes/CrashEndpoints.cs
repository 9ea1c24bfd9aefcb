using Mayday.Protocol;
using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Store.Postgres;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Mayday.Web.Api.Crashes;

internal static class CrashEndpoints
{
    /// <summary>
    /// A stored dump never changes, but another, more complete one may come to lead a crash: keep the copy, ask each time, and mostly
    /// hear 304.
    /// </summary>
    private const string KeepAndAsk = "private, no-cache";

    private const string PlainText = "text/plain; charset=utf-8";

    public static void MapCrashes(this IEndpointRouteBuilder api)
    {
        var crashes = api.MapGroup("/crashes").WithTags("crashes");

        crashes.MapRead("", ListCrashes).WithName("listCrashes").WithSummary("Crashes, newest first")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        crashes.MapRead("/{id}", GetCrash).WithName("getCrash").WithSummary("Everything known of one crash")
            .ProducesProblem(StatusCodes.Status404NotFound);
        crashes.MapRead("/{id}/log", GetLog).WithName("getCrashLog").WithSummary("The whole log of the crash's dump as text")
            .WithDescription("Valid UTF-8; bytes that are no text are written as \\xNN, as /dev/kmsg does. Lines that begin with `--- mayday: gap: ` stand where text is missing.")
            .Produces<string>(StatusCodes.Status200OK, "text/plain").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status410Gone);
        crashes.MapRead("/{id}/raw", GetRaw).WithName("getCrashRaw").WithSummary("What arrived, byte for byte")
            .WithDescription("netoops and http: the joined log. netconsole: each datagram as received, preceded by its length (u32) and arrival (i64, microseconds since 1970), little-endian.")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status410Gone);
    }

    private static async Task<Results<Ok<Page<CrashItem>>, ProblemHttpResult>> ListCrashes(
        [AsParameters] CrashListParameters parameters, StoreQueries queries, TimeProvider time, CancellationToken cancellation)
    {
        var reader = new ParameterReader(time.GetUtcNow());
        var filter = parameters.Read(reader, out var page);
        return reader.Failed ? reader.ToProblem() : TypedResults.Ok(await queries.Crashes.ListCrashesAsync(filter, page, cancellation));
    }

    private static async Task<Results<Ok<CrashDocument>, ProblemHttpResult>> GetCrash(string id, StoreQueries queries, CancellationToken cancellation) =>
        Guid.TryParseExact(id, "D", out var uuid) && await queries.Crashes.FindCrashAsync(uuid, cancellation) is { } crash
            ? TypedResults.Ok(new CrashDocument(crash))
            : ApiProblem.NoSuch("crash", id);

    private static async Task<Results<FileContentHttpResult, PushStreamHttpResult, ProblemHttpResult>> GetLog(
        string id, StoreQueries queries, HttpResponse response, CancellationToken cancellation)
    {
        if (!Guid.TryParseExact(id, "D", out var uuid) || await queries.Crashes.FindCrashLogAsync(uuid, cancellation) is not { } log)
        {
            return ApiProblem.NoSuch("crash", id);
        }

        if (!log.IsKept)
        {
            return ApiProblem.LogNotKept.With(CrashQueries.LogLeftOut);
        }

        response.Headers.CacheControl = KeepAndAsk;
        var tag = TagOf(log.DumpId, "log");
        return LogText.IsPlain(log.Log)
            ? TypedResults.Bytes(log.Log, PlainText, enableRangeProcessing: true, entityTag: tag)
            : TypedResults.Stream(body => LogText.WriteVisibleAsync(log.Log, body, cancellation), PlainText, entityTag: tag);
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> GetRaw(
        string id, StoreQueries queries, HttpResponse response, CancellationToken cancellation)
    {
        if (!Guid.TryParseExact(id, "D", out var uuid) || await queries.Crashes.FindRawAsync(uuid, cancellation) is not { } raw)
        {
            return ApiProblem.NoSuch("crash", id);
        }

        if (!raw.IsKept)
        {
            return ApiProblem.LogNotKept.With(CrashQueries.LogLeftOut);
        }

        response.Headers.CacheControl = KeepAndAsk;
        return TypedResults.Bytes(
            raw.Content,
            "application/octet-stream",
            $"mayday-{raw.DumpId}.{(raw.IsDatagrams ? "datagrams" : "log")}",
            enableRangeProcessing: true,
            entityTag: TagOf(raw.DumpId, "raw"));
    }

    private static EntityTagHeaderValue TagOf(Guid dump, string form) => new($"\"{dump:N}-{form}\"");
}

using Mayday.Protocol;
using Mayday.Store;
using Mayday.Store.Bugs;
using Mayday.Store.Crashes;
using Mayday.Store.Hosts;
using Mayday.Store.Ingest;
using Mayday.Web.Api.Ingest;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Mayday.Web.Api.Dumps;

/// <summary>A dump that was handed in, and the crashes that were found in it, in the order of the log.</summary>
internal sealed record DumpReceipt(Guid Id, IReadOnlyList<CrashItem> Crashes);

internal static class DumpEndpoints
{
    public static void MapDumps(this IEndpointRouteBuilder api) =>
        api.MapPost("/dumps", PostDump).WithTags("dumps").WithName("postDump").WithSummary("Hands in a kernel log as text")
            .WithDescription("kdump's vmcore-dmesg.txt, a pstore file, the output of dmesg: at most 64 MiB. 201 with the dump's id and its crashes; the same text for the same host again is 200 with the first id.")
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.RequestBody = ApiDocument.LogBody();
                return Task.CompletedTask;
            })
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    private static async Task<Results<Created<DumpReceipt>, Ok<DumpReceipt>, ProblemHttpResult>> PostDump(
        [AsParameters] DumpParameters parameters,
        HttpContext context,
        DumpIntake intake,
        IntakeBudget budget,
        ApiInstruments instruments,
        StoreQueries queries,
        TimeProvider time,
        CancellationToken cancellation)
    {
        if (IsCrossSite(context.Request))
        {
            instruments.DumpRefused(DumpRefusal.CrossSite);
            return ApiProblem.CrossSite.With("A browser sent this for a page of another site. Send logs from a program, or from this server's own page at /api.");
        }

        var reader = new ParameterReader(time.GetUtcNow());
        var origin = parameters.Read(reader, context.Connection.RemoteIpAddress);
        if (reader.Failed)
        {
            instruments.DumpRefused(DumpRefusal.InvalidParameter);
            return reader.ToProblem();
        }

        using var text = new DumpText(budget);
        var refusal = RefusalOf(context.Request);
        if (refusal == DumpRefusal.None)
        {
            refusal = await text.ReadAsync(context.Request, cancellation);
        }

        if (refusal != DumpRefusal.None)
        {
            instruments.DumpRefused(refusal);
            if (refusal == DumpRefusal.Busy)
            {
                context.Response.Headers.RetryAfter = ApiFailure.RetryAfterSeconds;
            }

            return ProblemOf(refusal, context.Request);
        }

        var written = await intake.TakeAsync(text.Bytes, origin, cancellation);
        if (written.Refusal is { } reason)
        {
            instruments.DumpRefused(DumpRefusal.NotStored);
            return ApiProblem.InternalError.With($"Postgres would not take the log in any form: {reason}. Keep the file, and please report it.");
        }

        instruments.DumpTaken(written.IsNew);
        var receipt = new DumpReceipt(written.DumpId, await CrashesOf(written, queries, cancellation));
        return written.IsNew ? TypedResults.Created(LocationOf(receipt), receipt) : TypedResults.Ok(receipt);
    }

    /// <summary>
    /// Text may be posted across sites without asking, and a collector on loopback or in a private network has no other door between it
    /// and whatever page an operator opens. Programs send neither header.
    /// </summary>
    internal static bool IsCrossSite(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is [{ } site])
        {
            return site is not ("same-origin" or "none");
        }

        return request.Headers.Origin is [{ } origin]
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<IReadOnlyList<CrashItem>> CrashesOf(WrittenDump dump, StoreQueries queries, CancellationToken cancellation)
    {
        List<CrashItem> crashes = [];
        foreach (var id in dump.CrashIds)
        {
            if (await queries.Crashes.FindCrashAsync(id, cancellation) is { } crash)
            {
                crashes.Add(crash);
            }
        }

        return crashes;
    }

    private static string? LocationOf(DumpReceipt receipt) => receipt.Crashes is [var first, ..] ? $"{ApiBoundary.Root}/crashes/{first.Id}" : null;

    private static DumpRefusal RefusalOf(HttpRequest request)
    {
        if (!DumpText.IsTextType(request.ContentType))
        {
            return DumpRefusal.UnsupportedType;
        }

        return request.Headers[HeaderNames.ContentEncoding] is { Count: > 0 } encoding && !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase)
            ? DumpRefusal.Encoded
            : DumpRefusal.None;
    }

    private static ProblemHttpResult ProblemOf(DumpRefusal refusal, HttpRequest request) => refusal switch
    {
        DumpRefusal.TooLarge => ApiFailure.BodyTooLarge(),
        DumpRefusal.Busy => ApiProblem.IntakeBusy.With("Other uploads hold all the memory that is set aside for them. Try again in a few seconds; nothing of this one was kept."),
        DumpRefusal.Empty => ApiProblem.EmptyBody.With("The body holds nothing but blanks. Send the log itself: `curl --data-binary @vmcore-dmesg.txt`."),
        DumpRefusal.Encoded => ApiProblem.UnsupportedBody.With("Content-Encoding is not taken. Send the log uncompressed."),
        DumpRefusal.Binary => ApiProblem.UnsupportedBody.With(
            "The body is a memory image or a compressed file, not a log. Decompress it first; `makedumpfile --dump-dmesg vmcore vmcore-dmesg.txt` takes the log out of an image."),
        _ => ApiProblem.UnsupportedBody.With(
            $"Content-Type '{ApiProblem.Quoted(request.ContentType ?? "")}' is not text. Send the log as text/plain: `curl --data-binary @vmcore-dmesg.txt -H 'Content-Type: text/plain'`."),
    };
}

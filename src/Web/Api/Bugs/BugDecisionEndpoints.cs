using System.Text.Json;
using Mayday.Store.Bugs;
using Mayday.Web.Api.Dumps;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace Mayday.Web.Api.Bugs;

/// <summary>What a merge or a split did: the bug that holds the crashes now, and how many moved.</summary>
internal sealed record BugDecided(Guid BugId, long Crashes);

/// <summary>What a person says about bugs: two are one, or a signature stands for itself.</summary>
internal static class BugDecisionEndpoints
{
    // Two ids and a note: 64 KiB is far more than they need.
    private const int MaxBody = 64 * 1024;

    private const string Into = "into";
    private const string SignatureHash = "signatureHash";

    public static void MapBugDecisions(this IEndpointRouteBuilder api)
    {
        var bugs = api.MapGroup("/bugs").WithTags("bugs");
        Describe(bugs.MapPost("/{id}/merge", Merge).WithName("mergeBug").WithSummary("Makes a bug part of another: its crashes and those to come"), Into);
        Describe(bugs.MapPost("/{id}/split", Split).WithName("splitBug").WithSummary("Takes a signature out of a bug: it has its own bug again"), SignatureHash);
    }

    private static void Describe(RouteHandlerBuilder endpoint, string member) => endpoint
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/json"] = new()
                    {
                        Schema = new OpenApiSchema
                        {
                            Type = JsonSchemaType.Object,
                            Required = new HashSet<string>(StringComparer.Ordinal) { member },
                            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                            {
                                [member] = new OpenApiSchema { Type = JsonSchemaType.String, Format = member == Into ? "uuid" : null },
                                ["note"] = new OpenApiSchema { Type = JsonSchemaType.String },
                            },
                        },
                    },
                },
            };
            return Task.CompletedTask;
        })
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<BugDecided>, ProblemHttpResult>> Merge(string id, HttpContext context, BugDecisions decisions, CancellationToken cancellation)
    {
        if (DumpEndpoints.IsCrossSite(context.Request))
        {
            return CrossSite();
        }

        if (!Guid.TryParseExact(id, "D", out var bug))
        {
            return ApiProblem.NoSuch("bug", id);
        }

        return await ReadAsync(context.Request, Into, cancellation) is not var (text, note) || !Guid.TryParseExact(text, "D", out var into)
            ? ApiProblem.InvalidBody.With("Send JSON with the id of the bug that this one becomes part of: {\"into\": \"0199f3a4-6c1e-7b0a-9d55-0f6f4f1c2b3a\"}, as application/json.")
            : Answer(await decisions.MergeAsync(bug, into, note, cancellation), id, text);
    }

    private static async Task<Results<Ok<BugDecided>, ProblemHttpResult>> Split(string id, HttpContext context, BugDecisions decisions, CancellationToken cancellation)
    {
        if (DumpEndpoints.IsCrossSite(context.Request))
        {
            return CrossSite();
        }

        if (!Guid.TryParseExact(id, "D", out var bug))
        {
            return ApiProblem.NoSuch("bug", id);
        }

        return await ReadAsync(context.Request, SignatureHash, cancellation) is not var (hash, note)
            ? ApiProblem.InvalidBody.With("Send JSON with one of the bug's signatures: {\"signatureHash\": \"…\"}, as application/json. GET of the bug lists them.")
            : Answer(await decisions.SplitAsync(bug, hash, note, cancellation), id, hash);
    }

    private static ProblemHttpResult CrossSite() =>
        ApiProblem.CrossSite.With("A browser sent this for a page of another site. Send it from a program, or from this server's own page at /api.");

    /// <summary>The named member and the note; null where the body is something else. Another type than JSON could be posted by a form of any page.</summary>
    private static async Task<(string Value, string? Note)?> ReadAsync(HttpRequest request, string member, CancellationToken cancellation)
    {
        if (!request.HasJsonContentType() || request.ContentLength is null or > MaxBody)
        {
            return null;
        }

        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellation);
            return body.RootElement.ValueKind == JsonValueKind.Object && TextOf(body.RootElement, member) is { Length: > 0 } value
                ? (value, TextOf(body.RootElement, "note"))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonElement body, string member) =>
        body.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Results<Ok<BugDecided>, ProblemHttpResult> Answer(BugDecision decision, string id, string named) => decision.Outcome switch
    {
        BugDecisionOutcome.Done => TypedResults.Ok(new BugDecided(decision.Bug ?? Guid.Empty, decision.Crashes)),
        BugDecisionOutcome.NoSuchBug => ApiProblem.NoSuch("bug", id),
        BugDecisionOutcome.NoSuchTarget => ApiProblem.NoSuch("bug", named),
        BugDecisionOutcome.NotOfThisBug => ApiProblem.NotFound.With($"The bug {id} has no signature '{ApiProblem.Quoted(named)}'. GET of the bug lists those it has."),
        BugDecisionOutcome.SameBug => ApiProblem.Conflict.With("A bug cannot be merged into itself. Name another one."),
        BugDecisionOutcome.MergedAlready => ApiProblem.Conflict.With($"One of the two was merged into {decision.Bug} before. Name that bug instead."),
        _ => ApiProblem.Conflict.With("The bug is named after this signature. Take the others out of it instead."),
    };
}

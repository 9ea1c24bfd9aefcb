using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Mayday.Web.Api;

/// <summary>One way a request can fail: <c>type</c> and <c>title</c> never change, so that scripts may compare them (docs/api.md, errors).</summary>
internal sealed record ApiProblem(string Word, int Status, string Title)
{
    /// <summary>The namespace of every problem type; a name, not an address.</summary>
    public const string TypePrefix = "urn:mayday:problem:";

    public static readonly ApiProblem InvalidParameter = new("invalid-parameter", StatusCodes.Status400BadRequest, "A parameter is not valid");
    public static readonly ApiProblem UnknownParameter = new("unknown-parameter", StatusCodes.Status400BadRequest, "A parameter is not known");
    public static readonly ApiProblem InvalidCursor = new("invalid-cursor", StatusCodes.Status400BadRequest, "The cursor is not valid");
    public static readonly ApiProblem EmptyBody = new("empty-body", StatusCodes.Status400BadRequest, "The body holds no text");
    public static readonly ApiProblem InvalidBody = new("invalid-body", StatusCodes.Status400BadRequest, "The body is not the JSON that this takes");
    public static readonly ApiProblem Conflict = new("conflict", StatusCodes.Status409Conflict, "The bug does not allow this as it is");
    public static readonly ApiProblem BadRequest = new("bad-request", StatusCodes.Status400BadRequest, "The request is not valid HTTP");
    public static readonly ApiProblem CrossSite = new("cross-site", StatusCodes.Status403Forbidden, "Another site's page may not do this");
    public static readonly ApiProblem NotFound = new("not-found", StatusCodes.Status404NotFound, "There is nothing here");
    public static readonly ApiProblem LogNotKept = new("log-not-kept", StatusCodes.Status410Gone, "The log of this crash was not kept");
    public static readonly ApiProblem MethodNotAllowed = new("method-not-allowed", StatusCodes.Status405MethodNotAllowed, "The method does not apply here");
    public static readonly ApiProblem BodyTooLarge = new("body-too-large", StatusCodes.Status413PayloadTooLarge, "The body is too large");
    public static readonly ApiProblem UnsupportedBody = new("unsupported-body", StatusCodes.Status415UnsupportedMediaType, "The body is not a kernel log as text");
    public static readonly ApiProblem UnsupportedEvents = new("unsupported-events", StatusCodes.Status415UnsupportedMediaType, "The body is neither evlog frames nor JSON");
    public static readonly ApiProblem SearchTooLong = new("search-too-long", StatusCodes.Status422UnprocessableEntity, "The search takes too long");
    public static readonly ApiProblem InternalError = new("internal-error", StatusCodes.Status500InternalServerError, "Mayday made a mistake");
    public static readonly ApiProblem IntakeBusy = new("intake-busy", StatusCodes.Status503ServiceUnavailable, "Too many dumps are being uploaded");
    public static readonly ApiProblem StoreUnavailable = new("store-unavailable", StatusCodes.Status503ServiceUnavailable, "The database does not answer");
    public static readonly ApiProblem SchemaOutdated = new("schema-outdated", StatusCodes.Status503ServiceUnavailable, "The database has another schema version");

    /// <summary>Every problem that the API can answer with: the closed list of docs/api.md.</summary>
    public static readonly IReadOnlyList<ApiProblem> All =
    [
        InvalidParameter, UnknownParameter, InvalidCursor, EmptyBody, InvalidBody, Conflict, BadRequest, CrossSite, NotFound, LogNotKept, MethodNotAllowed, BodyTooLarge, UnsupportedBody, UnsupportedEvents,
        SearchTooLong, InternalError, IntakeBusy, StoreUnavailable, SchemaOutdated,
    ];

    /// <summary>The answer: what went wrong this time, and what to do about it, in sentences.</summary>
    public ProblemHttpResult With(string detail, IReadOnlyList<ParameterProblem>? errors = null)
    {
        var problem = new ProblemDetails { Type = TypePrefix + Word, Title = Title, Status = Status, Detail = detail };
        if (errors is not null)
        {
            problem.Extensions["errors"] = errors;
        }

        return TypedResults.Problem(problem);
    }

    public static ProblemHttpResult NoSuch(string thing, string id) => NotFound.With(Guid.TryParseExact(id, "D", out _)
        ? $"There is no {thing} with the id {id}. It may have been older than the retention of the store."
        : $"There is no {thing} '{Quoted(id)}': ids are uuids such as 0199f3a4-6c1e-7b0a-9d55-0f6f4f1c2b3a.");

    /// <summary>A caller's value inside a sentence: short enough for a log line and a terminal.</summary>
    public static string Quoted(string value) => value.Length <= 64 ? value : value[..64] + "…";
}

/// <summary>What is wrong with one parameter.</summary>
/// <param name="Column">Of the first wrong character, from 1, where the parameter is a filter; null elsewhere.</param>
/// <param name="Suggestion">The name or value that probably was meant by the wrong characters of a filter; null where none is near.</param>
internal sealed record ParameterProblem(
    string Parameter,
    string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Column = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Suggestion = null);

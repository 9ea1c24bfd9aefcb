using Mayday.Web.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Mayday.Web.Api;

/// <summary>What stands around every endpoint that programs call: headers on the way in, a problem document for whatever failed on the way out.</summary>
internal sealed partial class ApiBoundary(ILogger<ApiBoundary> logger)
{
    public const string Root = "/api/v1";

    /// <summary>Answers to programs; /api itself is a page for people and has its own headers.</summary>
    public static bool Covers(HttpContext context) => context.Request.Path.StartsWithSegments(Root, StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments("/openapi", StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments(MetricsEndpoint.Path, StringComparison.OrdinalIgnoreCase);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        SetHeaders(context.Response.Headers);
        if (!IsOurs(context.GetEndpoint()))
        {
            await Refuse(context, NothingHere(context)).ConfigureAwait(false);
            return;
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller hung up: there is nobody left to answer.
            return;
        }
#pragma warning disable CA1031 // The outermost place: whatever was thrown becomes an answer.
        catch (Exception exception) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            await Fail(context, exception).ConfigureAwait(false);
            return;
        }

        // Routing answers a wrong method with a bare status.
        if (context.Response is { HasStarted: false, ContentType: null, StatusCode: StatusCodes.Status405MethodNotAllowed })
        {
            await Refuse(context, ApiProblem.MethodNotAllowed.With(
                $"{context.Request.Method} does not apply to {ApiProblem.Quoted(context.Request.Path)}; it takes {context.Response.Headers.Allow}.")).ConfigureAwait(false);
        }
        else if (context.Response is { HasStarted: false, ContentType: null, StatusCode: StatusCodes.Status404NotFound })
        {
            await Refuse(context, NothingHere(context)).ConfigureAwait(false);
        }
    }

    private async Task Fail(HttpContext context, Exception exception)
    {
        var problem = ApiFailure.ToProblem(exception);
        var allow = context.Response.Headers.Allow;
        context.Response.Clear();
        SetHeaders(context.Response.Headers);
        context.Response.Headers.Allow = allow;
        if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            RequestNotAnswered(context.Request.Method, context.Request.Path, exception.Message);
        }
        else if (problem.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            RequestFailed(exception, context.Request.Method, context.Request.Path);
        }
        else
        {
            RequestRefused(context.Request.Method, context.Request.Path, exception.Message);
        }

        await Refuse(context, problem).ConfigureAwait(false);
    }

    private static Task Refuse(HttpContext context, ProblemHttpResult problem)
    {
        if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = ApiFailure.RetryAfterSeconds;
        }

        return problem.ExecuteAsync(context);
    }

    private static ProblemHttpResult NothingHere(HttpContext context) =>
        ApiProblem.NotFound.With($"The API has no {ApiProblem.Quoted(context.Request.Path)}. Its endpoints are listed at /api and in /openapi/v1.json.");

    /// <summary>Guards against a page route that catches everything: a program must never read HTML with status 200.</summary>
    private static bool IsOurs(Endpoint? endpoint) => endpoint switch
    {
        null => false,
        RouteEndpoint route => route.RoutePattern.RawText is { } text && Covers(text),
        _ => true, // routing's own answer to a wrong method
    };

    private static bool Covers(string pattern)
    {
        var path = pattern.StartsWith('/') ? pattern : "/" + pattern;
        return path.StartsWith(Root, StringComparison.OrdinalIgnoreCase) || path.StartsWith("/health", StringComparison.OrdinalIgnoreCase)
            || path.StartsWith("/openapi", StringComparison.OrdinalIgnoreCase) || path.StartsWith(MetricsEndpoint.Path, StringComparison.OrdinalIgnoreCase);
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        // Live numbers: a copy kept by anything on the way would be wrong. /log and /raw say otherwise for themselves.
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        // Nothing in an answer may run or be framed, even where someone opens it in a browser: logs are written by dying machines.
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    // Next free event id: 2103
    [LoggerMessage(2100, LogLevel.Error, "{Method} {Path} failed")]
    private partial void RequestFailed(Exception exception, string method, string path);

    [LoggerMessage(2101, LogLevel.Warning, "{Method} {Path} could not be answered: {Reason}")]
    private partial void RequestNotAnswered(string method, string path, string reason);

    [LoggerMessage(2102, LogLevel.Debug, "{Method} {Path} was refused: {Reason}")]
    private partial void RequestRefused(string method, string path, string reason);
}

using Mayday.Store.Crashes;
using Mayday.Store.Events;
using Mayday.Store.Postgres;
using Mayday.Store.Schema;
using Mayday.Web.Api.Dumps;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Mayday.Web.Api;

/// <summary>Turns what a handler threw into the problem that the caller reads.</summary>
internal static class ApiFailure
{
    /// <summary>Long enough for a restart of Postgres, short enough for a script that waits.</summary>
    public const string RetryAfterSeconds = "5";

    private const string WaitAndRetry = "Try again in a few seconds; nothing of the request was kept. ";

    /// <summary>The problem of <paramref name="exception"/>; anything unknown is our mistake, and says no more than that.</summary>
    public static ProblemHttpResult ToProblem(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case InvalidCursorException:
                    return ApiProblem.InvalidCursor.With(
                        "The cursor is not one that this list gave out. Take `next` of the page before as it is, with the same filters, or leave cursor out to begin at the newest.");
                case EventSearchTooLongException tooLong:
                    return ApiProblem.SearchTooLong.With(
                        $"{tooLong.Message} Narrow it: `since` and `until`, `host`, a `format`, or a filter by facility or severity keep most of them out.");
                case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                    return BodyTooLarge();
                case BadHttpRequestException bad:
                    return ApiProblem.BadRequest.With($"{bad.Message} Check the client: the body may have ended early or come too slowly.");
                case SchemaVersionException schema:
                    return ApiProblem.SchemaOutdated.With(schema.Message);
                case PostgresException postgres when IsSchemaMismatch(postgres.SqlState):
                    return ApiProblem.SchemaOutdated.With("The database does not have the tables that this version reads. Run `mayday migrate`, then try again.");
                case PostgresException postgres when !IsUnavailable(postgres.SqlState):
                    return Unknown();
                case NpgsqlException:
                    return ApiProblem.StoreUnavailable.With(
                        WaitAndRetry + "If it stays, check that Postgres runs and that the connection string of this service is right; /health/ready says when it is back.");
            }
        }

        return Unknown();
    }

    public static ProblemHttpResult BodyTooLarge() => ApiProblem.BodyTooLarge.With(
        $"A dump is at most {DumpText.MaxBytes / (1024 * 1024)} MiB of text. Send the end of the log, where the crash is: `tail -c {DumpText.MaxBytes}`.");

    private static ProblemHttpResult Unknown() => ApiProblem.InternalError.With(
        "The request could not be answered, and trying again will not help. The log of this service has the reason under the same time; please report it.");

    // Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html: undefined table, column, schema or function.
    private static bool IsSchemaMismatch(string state) => state is "42P01" or "42703" or "3F000" or "42883";

    // Connection (08), read-only standby (25), wrong login or database (28, 3D), out of resources (53), closed or locked (55), shutdown, recovery
    // or cancelled by an operator (57).
    private static bool IsUnavailable(string state) => state.AsSpan(0, Math.Min(2, state.Length)) is "08" or "25" or "28" or "3D" or "53" or "55" or "57";
}

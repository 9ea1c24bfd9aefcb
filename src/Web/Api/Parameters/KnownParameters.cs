using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;

namespace Mayday.Web.Api.Parameters;

/// <summary>
/// Refuses query parameters that an endpoint does not take: a misspelt filter that is silently ignored answers another question than
/// the one asked. What an endpoint takes is read from its handler, so the two cannot drift apart.
/// </summary>
internal static class KnownParameters
{
    public static EndpointFilterDelegate Create(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var known = NamesOf(context.MethodInfo);
        return call => Check(call.HttpContext.Request, known) is { } refusal ? ValueTask.FromResult<object?>(refusal) : next(call);
    }

    public static IReadOnlyList<string> NamesOf(MethodInfo handler) =>
    [
        .. handler.GetParameters()
            .Where(parameter => parameter.IsDefined(typeof(AsParametersAttribute)))
            .SelectMany(parameter => parameter.ParameterType.GetProperties())
            .SelectMany(property => property.GetCustomAttributes().OfType<IFromQueryMetadata>(), (property, query) => query.Name ?? property.Name),
    ];

    private static ProblemHttpResult? Check(HttpRequest request, IReadOnlyList<string> known)
    {
        List<ParameterProblem> unknown = [];
        List<ParameterProblem> repeated = [];
        foreach (var (name, values) in request.Query)
        {
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                unknown.Add(new ParameterProblem(ApiProblem.Quoted(name), $"'{ApiProblem.Quoted(name)}' is not a parameter of this endpoint."));
            }
            else if (values.Count > 1)
            {
                repeated.Add(new ParameterProblem(name, $"{name} is given {values.Count} times; it is taken once."));
            }
        }

        if (unknown.Count > 0)
        {
            var takes = known.Count == 0 ? "It takes no parameters." : $"It takes {string.Join(", ", known)}.";
            return ApiProblem.UnknownParameter.With($"{string.Join(" ", unknown.Select(problem => problem.Detail))} {takes}", unknown);
        }

        return repeated.Count > 0 ? ApiProblem.InvalidParameter.With(string.Join(" ", repeated.Select(problem => problem.Detail)), repeated) : null;
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mayday.Web.Api;

/// <summary>What can be read answers HEAD too (RFC 9110, 9.1): load balancers and <c>curl -I</c> ask that way.</summary>
internal static class ReadEndpoints
{
    private static readonly string[] s_methods = [HttpMethods.Get, HttpMethods.Head];

    public static RouteHandlerBuilder MapRead(this IEndpointRouteBuilder endpoints, string pattern, Delegate handler) => endpoints.MapMethods(pattern, s_methods, handler);
}

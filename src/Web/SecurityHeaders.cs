using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mayday.Web;

/// <summary>What every answer tells the browser not to do, so that text from a crashing machine can never become a program.</summary>
internal static class SecurityHeaders
{
    /// <summary>
    /// Scripts and style sheets only from files of this server. Style attributes are allowed because MudBlazor places menus and the virtual list
    /// sets the height of its spacers with them; an attribute cannot load or run anything. Small pictures in style sheets are data addresses.
    /// </summary>
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-elem 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return next(context);
    });
}

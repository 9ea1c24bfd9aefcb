using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Mayday.Web.Components;

/// <summary>The document around the pages; what the browser remembers of its reader (theme, zone) comes in as cookies, so that nothing flickers.</summary>
public sealed partial class App
{
    [CascadingParameter] public HttpContext? Http { get; set; }

    private string? Theme => Http?.Request.Cookies["mayday-theme"] is "light" or "dark" ? Http.Request.Cookies["mayday-theme"] : null;

    private string? Zone => Http?.Request.Cookies["mayday-zone"];
}

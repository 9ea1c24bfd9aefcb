namespace Mayday.Web;

/// <summary>Configuration section <c>Web</c>.</summary>
public sealed class WebOptions
{
    public const string Section = "Web";

    /// <summary>
    /// "PORT" or "ADDRESS:PORT" that the program listens on; the pages only read it, to warn when strangers can reach them. 8080 on
    /// loopback: nobody else sees a fleet's crashes until somebody decides so.
    /// </summary>
    public string Listen { get; set; } = "127.0.0.1:8080";
}

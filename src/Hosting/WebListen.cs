using System.Globalization;
using System.Net;

namespace Mayday.Hosting;

/// <summary>The address of pages and API. "PORT" is a port on loopback, "ADDRESS:PORT" sets both, and port 0 takes any free port.</summary>
public sealed record WebListen(IPAddress Address, int Port)
{
    public const string Key = "Web:Listen";

    public bool IsOpen => !IPAddress.IsLoopback(Address);

    public static bool TryParse(string text, out WebListen listen, out string failure, string key = Key)
    {
        listen = new WebListen(IPAddress.Loopback, 0);
        failure = "";
        var colon = text.LastIndexOf(':');
        var port = text.AsSpan(colon + 1);
        var address = colon < 0 ? "127.0.0.1" : text[..colon].Trim('[', ']');
        if (address == "localhost")
        {
            address = "127.0.0.1";
        }

        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || !IPAddress.TryParse(address, out var parsed))
        {
            failure = $"{key}: \"{text}\" is neither PORT nor ADDRESS:PORT. Examples: 8080, 127.0.0.1:8080, 0.0.0.0:8080, [::]:8080{(key == Key ? " (option --http of `mayday up`)" : "")}.";
            return false;
        }

        listen = new WebListen(parsed, number);
        return true;
    }
}

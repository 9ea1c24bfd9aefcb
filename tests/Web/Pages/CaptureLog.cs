using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mayday.Web.Tests.Pages;

/// <summary>A kernel log as text, out of a capture of extended netconsole.</summary>
internal static class CaptureLog
{
    /// <summary>Every whole message in order of arrival, as "&lt;N&gt;[    6.507755] text" lines.</summary>
    public static string Read(string path)
    {
        var log = new StringBuilder();
        foreach (var line in File.ReadLines(path))
        {
            var text = Encoding.UTF8.GetString(JsonDocument.Parse(line).RootElement.GetProperty("b64").GetBytesFromBase64());
            var semicolon = text.IndexOf(';', StringComparison.Ordinal);
            var head = text[..Math.Max(0, semicolon)].Split(',');
            if (head.Length < 4 || text[..semicolon].Contains("ncfrag", StringComparison.Ordinal))
            {
                continue;
            }

            var seconds = long.Parse(head[2], CultureInfo.InvariantCulture) / 1e6;
            log.Append(CultureInfo.InvariantCulture, $"<{head[0]}>[{seconds,12:F6}] {text[(semicolon + 1)..].Split('\n')[0]}\n");
        }

        return log.ToString();
    }
}

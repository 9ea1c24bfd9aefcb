using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Mayday.Web.Tests;

/// <summary>A client that goes on sending whatever the server thinks of it, which HttpClient would not.</summary>
internal static class ApiSocket
{
    /// <summary>Sends bytes as they are and answers what comes back.</summary>
    public static async Task<string> SendAsync(Uri server, byte[] request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Host, server.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(request);
        return (await ReadAnswerAsync(stream)).Text;
    }

    public static async Task<(int Status, string Text)> PostChunkedAsync(Uri server, string path, long bytes)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Host, server.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"));

        var reading = ReadAnswerAsync(stream);
        var chunk = new byte[1 << 20];
        chunk.AsSpan().Fill((byte)'x');
        try
        {
            for (long sent = 0; sent < bytes;)
            {
                var length = (int)Math.Min(chunk.Length, bytes - sent);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
                await stream.WriteAsync(chunk.AsMemory(0, length));
                await stream.WriteAsync("\r\n"u8.ToArray());
                sent += length;
            }

            await stream.WriteAsync("0\r\n\r\n"u8.ToArray());
        }
        catch (IOException)
        {
            // The server may close once it has refused.
        }

        return await reading;
    }

    private static async Task<(int Status, string Text)> ReadAnswerAsync(NetworkStream stream)
    {
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().EndsWith('}') && !answer.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer);
            if (read == 0)
            {
                break;
            }

            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        var text = answer.ToString();
        return (text.Length > 12 ? int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0, text);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mayday.Agent.Tests.Forwarding;

/// <summary>Reads one HTTP request a connection from a raw socket, then does with the connection what the test says.</summary>
internal sealed class AnsweringSocket : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Func<Socket, CancellationToken, Task> _answer;
    private readonly Task _serving;

    public AnsweringSocket(Func<Socket, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        Url = $"http://{_listener.LocalEndpoint}";
        _serving = ServeAsync();
    }

    public string Url { get; }

    public static Task SendAsync(Socket socket, string text, CancellationToken cancellation) =>
        socket.SendAsync(Encoding.Latin1.GetBytes(text), SocketFlags.None, cancellation).AsTask();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        // First the loop, which would otherwise accept from a listener that is gone.
        await _serving;
        _listener.Dispose();
        _ending.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync(_ending.Token);
                try
                {
                    await ReadRequestAsync(socket);
                    await _answer(socket, _ending.Token);
                }
                catch (SocketException)
                {
                    // The client gave up, which is what some tests are about.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ReadRequestAsync(Socket socket)
    {
        var request = "";
        var buffer = new byte[4096];
        int head;
        while ((head = request.IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0 || request.Length < head + 4 + LengthOf(request))
        {
            var read = await socket.ReceiveAsync(buffer, _ending.Token);
            if (read == 0)
            {
                return;
            }

            request += Encoding.Latin1.GetString(buffer, 0, read);
        }
    }

    private static int LengthOf(string request)
    {
        const string Name = "Content-Length: ";
        var at = request.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length;
        return int.Parse(request[at..request.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture);
    }
}

using Mayday.Web.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mayday.Web.Tests;

/// <summary>The API alone, on a real Kestrel with a port of its own.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    /// <summary>Nothing listens on port 1 of loopback.</summary>
    public const string NoPostgres = "Host=127.0.0.1;Port=1;Username=nobody;Database=nothing;Timeout=2";

    private readonly WebApplication _app;
    private readonly NpgsqlDataSource _source;

    private ApiHost(WebApplication app, NpgsqlDataSource source)
    {
        _app = app;
        _source = source;
        // A machine that is busy may need longer than a second to say 100 Continue, and what is refused must not be sent.
        Client = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<ApiHost> StartAsync(string connectionString, Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var source = NpgsqlDataSource.Create(connectionString);
        builder.Services.AddSingleton(source);
        builder.Services.AddMaydayApi(builder.Configuration);
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapMaydayApi();
        await app.StartAsync();
        return new ApiHost(app, source);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await _source.DisposeAsync();
    }
}

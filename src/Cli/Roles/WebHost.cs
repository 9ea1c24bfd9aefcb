using System.Net.Sockets;
using Mayday.Hosting;
using Mayday.Hosting.Settings;
using Mayday.Store;
using Mayday.Web;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Npgsql;

namespace Mayday.Cli.Roles;

/// <summary>Pages and API, alone (<c>mayday web</c>) or as part of <c>mayday up</c>.</summary>
internal static class WebHost
{
    public static async Task<int> RunAsync(IConfigurationRoot settings, CancellationToken cancellation)
    {
        ProgramSettings.CheckWithConnection(settings, ProgramSettings.WebRole);
        var listen = ReadListen(settings);
        PortCheck.Http(listen);
        await using var app = Build(settings, listen, "web", RoleSettings.Connection(settings), _ => { });
        await RoleStart.CheckSchemaAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), cancellation);
        await StartAsync(app, listen, cancellation);
        await Console.Out.WriteLineAsync($"Mayday's pages answer at {PageAddress(app)}");
        WarnWhenOpen(app, listen);
        await app.WaitForShutdownAsync(cancellation);
        return ExitCode.Done;
    }

    public static WebListen ReadListen(IConfiguration settings)
    {
        if (!WebListen.TryParse(ProgramSettings.Read<WebOptions>(settings, WebOptions.Section).Listen, out var listen, out var failure))
        {
            ProgramConfiguration.Refuse([failure]);
        }

        return listen;
    }

    public static WebApplication Build(
        IConfiguration settings, WebListen listen, string role, string connection, Action<WebApplicationBuilder> more)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // The published pages and scripts are next to the program, whatever the current directory is.
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = "Production",
        });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(settings);
        ProgramLogging.Configure(builder.Logging);
        Telemetry.Add(builder.Services, builder.Logging, role);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = RoleStart.ShutdownTimeout);
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen.Address, listen.Port);
        });
        builder.Services.AddMaydayEvents(settings);
        builder.Services.AddMaydayStore(connection);
        StoreSettings.Add(builder.Services, ProgramSettings.Read<StoreOptions>(settings, StoreOptions.Section));
        builder.Services.AddMaydayWeb(builder.Configuration);
        more(builder);

        var app = builder.Build();
        app.MapMaydayWeb();
        return app;
    }

    /// <summary>Starts the host. A port that is in use gives a plain message instead of a stack trace.</summary>
    public static async Task StartAsync(
        WebApplication app, WebListen listen, CancellationToken cancellation, string remedy = $"--http PORT (setting {WebListen.Key})")
    {
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException taken) when (taken.InnerException is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new PlainFailureException(
                $"cannot listen for HTTP on {listen.Address}:{listen.Port}: {taken.InnerException.Message}. Another program has the port, or the address is not "
                + $"this machine's. Choose another with {remedy}.");
        }
    }

    public static string PageAddress(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return addresses.First().TrimEnd('/') + "/";
    }

    public static void WarnWhenOpen(WebApplication app, WebListen listen)
    {
        if (listen.IsOpen)
        {
            ProgramMessages.PagesAreOpen(app.Logger, listen.Address.ToString());
        }
    }
}

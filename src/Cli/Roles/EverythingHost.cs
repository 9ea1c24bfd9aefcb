using Mayday.Cli.Commands.Roles;
using Mayday.Collector;
using Mayday.Hosting;
using Mayday.Store.Embedded;
using Microsoft.AspNetCore.DataProtection;

namespace Mayday.Cli.Roles;

/// <summary>
/// <c>mayday up</c>: collector and pages in one process. Uses an embedded Postgres in the data directory, or another one if a connection
/// string is set. The shutdown order loses no data: first the listeners, then the data in flight, then Postgres.
/// </summary>
internal static class EverythingHost
{
    public static async Task<int> RunAsync(IConfigurationRoot settings, CancellationToken cancellation)
    {
        ProgramSettings.Check(settings, ProgramSettings.Everything);
        var listen = WebHost.ReadListen(settings);
        PortCheck.Udp(ProgramSettings.Read<CollectorOptions>(settings, CollectorOptions.Section));
        PortCheck.Http(listen);
        var data = DataDirectory.Of(settings);
        settings[DataDirectory.Key] = data;

        await using (var postgres = await StartPostgresAsync(settings, data, cancellation))
        {
            await ServeAsync(settings, listen, data, postgres, cancellation);
        }

        await Console.Out.WriteLineAsync("Stopped; everything received is stored.");
        return ExitCode.Done;
    }

    private static async Task ServeAsync(
        IConfigurationRoot settings, WebListen listen, string data, EmbeddedPostgres? postgres, CancellationToken cancellation)
    {
        if (postgres is not null)
        {
            settings[RoleSettings.ConnectionKey] = postgres.ConnectionString;
        }

        await MigrateCommand.MigrateAsync(RoleSettings.Connection(settings), cancellation);
        await using var app = WebHost.Build(settings, listen, "up", RoleSettings.Connection(settings), builder =>
        {
            builder.Services.AddMaydayCollector(builder.Configuration);
            builder.Services.AddHostedService<PartitionUpkeep>();
            // The keys are stored next to the data, so that an open page survives a restart whatever home directory the process has.
            builder.Services.AddDataProtection().SetApplicationName("mayday").PersistKeysToFileSystem(KeyDirectory(data));
        });
        await WebHost.StartAsync(app, listen, cancellation);
        await Console.Out.WriteLineAsync(Banner(app, data, postgres));
        WebHost.WarnWhenOpen(app, listen);
        await app.WaitForShutdownAsync(cancellation);
    }

    private static async Task<EmbeddedPostgres?> StartPostgresAsync(IConfiguration settings, string data, CancellationToken cancellation)
    {
        if (!string.IsNullOrWhiteSpace(settings[RoleSettings.ConnectionKey]))
        {
            return null;
        }

        using var loggers = LoggerFactory.Create(ProgramLogging.Configure);
        return await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataDirectory = data }, loggers.CreateLogger("Mayday.Store.EmbeddedPostgres"), cancellation);
    }

    private static DirectoryInfo KeyDirectory(string data)
    {
        var path = Path.Combine(data, "keys");
        return OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path)
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string Banner(WebApplication app, string data, EmbeddedPostgres? postgres)
    {
        var ports = app.Services.GetRequiredService<CollectorService>().Ports;
        var page = WebHost.PageAddress(app);
        return $"""
            Mayday is up.
              page        {page}
              API         {page}api
              netoops     UDP {PortText(ports.Netoops)}
              netconsole  UDP {PortText(ports.Netconsole)}
              evlog       UDP {PortText(ports.Evlog)}{(ports.Netlink is null ? "" : $", netlink {ports.Netlink}")}
              data        {data}{(postgres is null ? "" : $" (embedded Postgres {postgres.Major})")}
            Ctrl-C stops it.
            """;
    }

    private static string PortText(int? port) => port?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "off";
}

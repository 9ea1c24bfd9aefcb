using Mayday.Collector;
using Mayday.Hosting;
using Mayday.Hosting.Settings;
using Mayday.Store;
using Mayday.Web.Metrics;
using Npgsql;

namespace Mayday.Cli.Roles;

/// <summary>
/// <c>mayday collector</c>: has no pages. Its state goes to Postgres, to OpenTelemetry and, if a metrics port is set, to Prometheus.
/// </summary>
internal static class CollectorHost
{
    public static async Task<int> RunAsync(IConfigurationRoot settings, CancellationToken cancellation)
    {
        ProgramSettings.CheckWithConnection(settings, ProgramSettings.CollectorRole);
        var options = ProgramSettings.Read<CollectorOptions>(settings, CollectorOptions.Section);
        var metrics = MetricsListener.ReadListen(options.Metrics);
        PortCheck.Udp(options);
        settings[DataDirectory.Key] = DataDirectory.Of(settings);

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Production" });
        builder.Configuration.AddConfiguration(settings);
        ProgramLogging.Configure(builder.Logging);
        Telemetry.Add(builder.Services, builder.Logging, "collector");
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = RoleStart.ShutdownTimeout);
        builder.Services.AddMaydayEvents(settings);
        builder.Services.AddMaydayStore(RoleSettings.Connection(settings));
        StoreSettings.Add(builder.Services, ProgramSettings.Read<StoreOptions>(settings, StoreOptions.Section));
        builder.Services.AddMaydayCollector(builder.Configuration);
        builder.Services.AddHostedService<PartitionUpkeep>();
        if (metrics is not null)
        {
            builder.Services.AddMaydayMetrics();
            builder.Services.AddHostedService(services => new MetricsListener(metrics, services.GetRequiredService<InstrumentReadings>()));
        }

        using var host = builder.Build();
        await RoleStart.CheckSchemaAsync(host.Services.GetRequiredService<NpgsqlDataSource>(), cancellation);
        await host.StartAsync(cancellation);
        var ports = host.Services.GetRequiredService<CollectorService>().Ports;
        await Console.Out.WriteLineAsync($"Mayday's collector listens: netoops UDP {ports.Netoops}, netconsole UDP {ports.Netconsole}, evlog UDP {ports.Evlog}{(ports.Netlink is null ? "" : $", netlink {ports.Netlink}")}");
        if (metrics is not null)
        {
            var listener = host.Services.GetServices<IHostedService>().OfType<MetricsListener>().Single();
            await Console.Out.WriteLineAsync($"Metrics for a Prometheus: {listener.Address}");
        }

        await host.WaitForShutdownAsync(cancellation);
        return ExitCode.Done;
    }
}

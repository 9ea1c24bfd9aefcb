using System.CommandLine;
using System.Globalization;
using Mayday.Cli.Roles;
using Mayday.Collector;
using Mayday.Collector.Receive;
using Mayday.Hosting;

namespace Mayday.Cli.Commands.Roles;

/// <summary><c>mayday up</c>: everything in one process, with an embedded Postgres unless a connection string is set.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var data = new Option<string?>("--data")
        {
            Description = "Data directory (default: /var/lib/mayday as root, otherwise ~/.local/share/mayday).",
            HelpName = "DIR",
        };
        var http = CommonOptions.Listen("--http", "Address of the pages and the API (default: 8080 on 127.0.0.1; 0 takes any free port).");
        var netoops = CommonOptions.Port("--netoops", "UDP port for netoops (default 2004; 0 takes any free port).");
        var netconsole = CommonOptions.Port("--netconsole", "UDP port for netconsole (default 6666; 0 takes any free port).");
        var evlog = CommonOptions.Port("--evlog", "UDP port for evlog records (default 2005; 0 takes any free port).");
        var netlink = CommonOptions.Netlink();
        var config = CommonOptions.Config();
        var database = CommonOptions.Database();

        var command = new Command("up", "Run everything in one process: embedded Postgres, migrations, collector, web.")
        {
            data, http, netoops, netconsole, evlog, netlink, config, database,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var settings = new Dictionary<string, string?>();
            var failures = new List<string>();
            if (parsed.GetValue(http) is { } listen)
            {
                settings[WebListen.Key] = listen;
            }

            TakePort(parsed.GetValue(netoops), "--netoops", "Collector:Netoops:Port", settings, failures);
            TakePort(parsed.GetValue(netconsole), "--netconsole", "Collector:Netconsole:Port", settings, failures);
            TakePort(parsed.GetValue(evlog), "--evlog", "Collector:Evlog:Port", settings, failures);
            if (parsed.GetValue(netlink) is { } groups)
            {
                settings["Collector:Netlink"] = groups;
                if (!NetlinkListen.TryParse(groups, out _, out var failure))
                {
                    failures.Add($"--netlink: {failure}.");
                }
            }

            ProgramConfiguration.Refuse(failures);
            if (parsed.GetValue(database) is { } connection)
            {
                settings["Store:ConnectionString"] = connection;
            }

            if (parsed.GetValue(data) is { } directory)
            {
                settings["Data"] = directory;
            }

            return EverythingHost.RunAsync(ProgramConfiguration.Load(parsed.GetValue(config), settings), cancellation);
        });
        return command;
    }

    private static void TakePort(string? value, string option, string key, Dictionary<string, string?> settings, List<string> failures)
    {
        if (value is null)
        {
            return;
        }

        if (!ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            failures.Add($"{option} {value}: not a UDP port. Give a number from 0 (any free port) to 65535.");
            return;
        }

        settings[key] = value;
    }
}

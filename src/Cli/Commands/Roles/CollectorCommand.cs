using System.CommandLine;
using Mayday.Cli.Roles;
using Mayday.Hosting;

namespace Mayday.Cli.Commands.Roles;

/// <summary><c>mayday collector</c>: only receives, reassembles, analyses and stores.</summary>
internal static class CollectorCommand
{
    public static Command Create()
    {
        var netlink = CommonOptions.Netlink();
        var config = CommonOptions.Config();
        var database = CommonOptions.Database();
        var command = new Command("collector", "Run only the receiver, with a Postgres database that `mayday migrate` prepared.")
        {
            netlink, config, database,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var settings = RoleSettings.Load(parsed.GetValue(config), parsed.GetValue(database));
            if (parsed.GetValue(netlink) is { } groups)
            {
                settings["Collector:Netlink"] = groups;
            }

            return CollectorHost.RunAsync(settings, cancellation);
        });
        return command;
    }
}

using System.CommandLine;
using Mayday.Cli.Roles;
using Mayday.Hosting;

namespace Mayday.Cli.Commands.Roles;

/// <summary><c>mayday web</c>: only pages and REST API.</summary>
internal static class WebCommand
{
    public static Command Create()
    {
        var config = CommonOptions.Config();
        var database = CommonOptions.Database();
        var command = new Command("web", "Run only the pages and the REST API, with a Postgres database that `mayday migrate` prepared.")
        {
            config, database,
        };
        command.SetAction((parsed, cancellation) =>
            WebHost.RunAsync(RoleSettings.Load(parsed.GetValue(config), parsed.GetValue(database)), cancellation));
        return command;
    }
}

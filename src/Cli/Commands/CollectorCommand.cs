using System.CommandLine;
using Mayday.Cli.Hosting;

namespace Mayday.Cli.Commands;

/// <summary><c>mayday collector</c>: receives, reassembles, analyses and stores; nothing else.</summary>
internal static class CollectorCommand
{
    public static Command Create()
    {
        var config = CommonOptions.Config();
        var database = CommonOptions.Database();
        var command = new Command("collector", "Run the receiver alone, against a Postgres that `mayday migrate` prepared.") { config, database };
        command.SetAction((parsed, cancellation) =>
            CollectorHost.RunAsync(RoleSettings.Load(parsed.GetValue(config), parsed.GetValue(database)), cancellation));
        return command;
    }
}

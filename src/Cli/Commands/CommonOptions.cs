using System.CommandLine;

namespace Mayday.Cli.Commands;

/// <summary>Options that several commands share, and the settings they stand for.</summary>
internal static class CommonOptions
{
    public static Option<string?> Config() => new("--config")
    {
        Description = "JSON settings file (default: /etc/mayday/mayday.json if it exists). MAYDAY_ environment variables override it.",
        HelpName = "FILE",
    };

    public static Option<string?> Database() => new("--database")
    {
        Description = "Postgres connection string (setting Store:ConnectionString).",
        HelpName = "STRING",
    };

    public static Option<string?> Listen(string name, string description) => new(name) { Description = description, HelpName = "[ADDRESS:]PORT" };

    public static Option<string?> Netlink() => new("--netlink")
    {
        Description = "Receive kernel events of this machine: netlink protocol, mask of groups, and 'user' if programs may send too "
            + "(setting Collector:Netlink).",
        HelpName = "PROTOCOL:GROUPS[:user]",
    };

    public static Option<string?> Port(string name, string description) => new(name) { Description = description, HelpName = "PORT" };
}

using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Mayday.Agent;
using Mayday.Agent.Forwarding;
using Mayday.Cli.Roles;
using Mayday.Hosting;
using Mayday.Protocol;
using Microsoft.Extensions.Configuration;

namespace Mayday.Cli.Commands.Agent;

/// <summary><c>mayday agent</c>: the program that runs on the machines of the fleet.</summary>
public static class AgentCommand
{
    public static Command Create() => new("agent", "What runs on machines of the fleet: hands their kernel's error events to the collector.")
    {
        CreateRun(),
        AgentCatalogueCommand.Create(),
    };

    private static Command CreateRun()
    {
        var to = Text("--to", "URL", "The collector: http://HOST:8080 (setting Agent:To).");
        var host = Text("--host", "NAME", "Name of this machine (default: the kernel's host name).");
        var severity = Text("--severity", "LEVEL",
            "Send kernel messages of this level and more severe ones: emerg ... debug, or 0 to 7 (default: warning).");
        var spool = Text("--spool", "DIR",
            "Directory for events that are not sent yet (default: /var/lib/mayday-agent as root, otherwise ~/.local/share/mayday-agent).");
        var catalogue = new Option<string[]>("--catalogue")
        {
            Description = "Printk index or catalogue, used to split messages into format and arguments (file or folder; may be repeated). "
                + "Default: the index of the running kernel, if it has one.",
            HelpName = "PATH",
        };
        var evlog = new Option<string[]>("--netlink")
        {
            Description = "Netlink socket to read evlog records from, PROTOCOL:GROUPS[:user], for example 2:3:user (may be repeated).",
            HelpName = "PROTOCOL:GROUPS",
        };
        var noKmsg = new Option<bool>("--no-kmsg") { Description = "Do not read the kernel log." };
        var noUevents = new Option<bool>("--no-uevents") { Description = "Do not read uevents." };
        var config = CommonOptions.Config();
        var command = new Command("run", "Run the agent until SIGTERM or Ctrl-C. Events that were not sent stay in the spool.")
        {
            to, host, severity, spool, catalogue, evlog, noKmsg, noUevents, config,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var settings = new Dictionary<string, string?>();
            Set("To", parsed.GetValue(to));
            Set("Host", parsed.GetValue(host));
            Set("Kmsg:Severity", parsed.GetValue(severity));
            Set("Spool:Directory", parsed.GetValue(spool));
            Set("Kmsg:Enabled", parsed.GetValue(noKmsg) ? "false" : null);
            Set("Uevents:Enabled", parsed.GetValue(noUevents) ? "false" : null);
            SetAll("Kmsg:Catalogues", parsed.GetValue(catalogue));
            SetAll("Evlog:Listen", parsed.GetValue(evlog));
            return RunAsync(ReadOptions(ProgramConfiguration.Load(parsed.GetValue(config), settings)), parsed.InvocationConfiguration, cancellation);

            void Set(string key, string? value)
            {
                if (value is not null)
                {
                    settings[$"{AgentOptions.Section}:{key}"] = value;
                }
            }

            void SetAll(string key, string[]? values)
            {
                for (var i = 0; i < values?.Length; i++)
                {
                    Set(string.Create(CultureInfo.InvariantCulture, $"{key}:{i}"), values[i]);
                }
            }
        });
        return command;
    }

    private static Option<string?> Text(string name, string helpName, string description) => new(name) { HelpName = helpName, Description = description };

    private static AgentOptions ReadOptions(IConfigurationRoot settings)
    {
        ProgramSettings.Check(settings, ProgramSettings.AgentRole);
        return ProgramSettings.Read<AgentOptions>(settings, AgentOptions.Section);
    }

    private static async Task<int> RunAsync(AgentOptions options, InvocationConfiguration streams, CancellationToken cancellation)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // SIGTERM must not end the process at once: the agent first saves everything to its spool.
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var agent = new KernelAgent(options, TimeProvider.System, notice => Tell(streams.Error, notice));
        Tell(streams.Error, new AgentNotice(Severity.Informational, $"Events of {Printable.Show(options.Host)} go to {Printable.Show(options.To)}."));
        try
        {
            await agent.RunAsync(stopping.Token);
            return ExitCode.Done;
        }
        catch (AgentStartException failure)
        {
            throw new PlainFailureException(failure.Message);
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stopping.Cancel();
        }
    }

    // The systemd journal reads the level from the start of the line and adds its own timestamp.
    private static void Tell(TextWriter error, AgentNotice notice)
    {
        var mark = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is null
            ? DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ ", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"<{(int)notice.Severity}>");
        error.WriteLine(mark + Printable.Show(notice.Text));
    }
}

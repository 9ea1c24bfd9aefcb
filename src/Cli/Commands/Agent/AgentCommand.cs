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

/// <summary><c>mayday agent</c>: what runs on machines of the fleet.</summary>
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
        var severity = Text("--severity", "LEVEL", "Least grave kernel message that is sent: emerg ... debug, or 0 to 7 (default: warning).");
        var spool = Text("--spool", "DIR", "Where events wait for the collector (default: /var/lib/mayday-agent as root, else ~/.local/share/mayday-agent).");
        var catalogue = new Option<string[]>("--catalogue")
        {
            Description = "Printk index or catalogue (file or folder; may be given again) that turns messages back into format and arguments. Default: the kernel's own, where it has one.",
            HelpName = "PATH",
        };
        var evlog = new Option<string[]>("--netlink")
        {
            Description = "Netlink socket to take evlog records from, PROTOCOL:GROUPS[:user], as 2:3:user (may be given again).",
            HelpName = "PROTOCOL:GROUPS",
        };
        var noKmsg = new Option<bool>("--no-kmsg") { Description = "Leave the kernel log alone." };
        var noUevents = new Option<bool>("--no-uevents") { Description = "Leave uevents alone." };
        var config = CommonOptions.Config();
        var command = new Command("run", "Run the agent until it is told to stop (SIGTERM, Ctrl-C); what was not sent waits in the spool.")
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
        // The process ends when the spool holds everything, not when the signal comes.
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

    // The journal reads the level off the line and stamps it itself.
    private static void Tell(TextWriter error, AgentNotice notice)
    {
        var mark = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is null
            ? DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ ", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"<{(int)notice.Severity}>");
        error.WriteLine(mark + Printable.Show(notice.Text));
    }
}

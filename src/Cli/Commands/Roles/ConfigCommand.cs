using System.CommandLine;
using System.Text.Json;
using Mayday.Agent;
using Mayday.Cli.Roles;
using Mayday.Hosting;
using Mayday.Hosting.Settings;

namespace Mayday.Cli.Commands.Roles;

/// <summary><c>mayday config check</c>: the settings in effect, where each came from, and every mistake. Changes nothing.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new("config", "Look at the settings.") { CreateCheck() };

    private static Command CreateCheck()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var config = CommonOptions.Config();
        var database = CommonOptions.Database();
        var command = new Command("check", "Print the settings in effect, where each came from, and every mistake. Exit code 2 when there is one.") { json, config, database };
        command.SetAction(async (parsed, _) =>
        {
            var settings = RoleSettings.Load(parsed.GetValue(config), parsed.GetValue(database));
            // An agent needs an address, other machines have no agent: the section counts where somebody wrote it.
            var sections = settings.GetSection(AgentOptions.Section).Exists() ? [.. ProgramSettings.Everything, AgentOptions.Section] : ProgramSettings.Everything;
            var mistakes = ProgramSettings.Catalogue.FindMistakes(settings, sections);
            var effective = ProgramSettings.Catalogue.Describe(settings);
            var output = parsed.InvocationConfiguration.Output;
            await (parsed.GetValue(json) ? PrintJsonAsync(output, effective, mistakes) : PrintAsync(output, effective));
            if (mistakes.Count > 0 && !parsed.GetValue(json))
            {
                ProgramConfiguration.Refuse(mistakes);
            }

            return mistakes.Count == 0 ? ExitCode.Done : ExitCode.WrongUse;
        });
        return command;
    }

    private static async Task PrintAsync(TextWriter output, IReadOnlyList<EffectiveSetting> effective)
    {
        var keyWidth = effective.Max(setting => setting.Key.Length);
        foreach (var setting in effective)
        {
            await output.WriteLineAsync($"{setting.Key.PadRight(keyWidth)}  {OriginWord(setting.Origin),-12}  {Printable.Show(setting.Value ?? "(not set)")}");
        }
    }

    private static async Task PrintJsonAsync(TextWriter output, IReadOnlyList<EffectiveSetting> effective, IReadOnlyList<string> mistakes)
    {
        using var buffer = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("settings");
            foreach (var setting in effective)
            {
                writer.WriteStartObject();
                writer.WriteString("key", setting.Key);
                writer.WriteString("value", setting.Value);
                writer.WriteString("origin", OriginWord(setting.Origin));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("mistakes");
            foreach (var mistake in mistakes)
            {
                writer.WriteStringValue(mistake);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        await output.WriteLineAsync(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static string OriginWord(SettingOrigin origin) => origin switch
    {
        SettingOrigin.File => "file",
        SettingOrigin.Environment => "environment",
        SettingOrigin.CommandLine => "command line",
        _ => "default",
    };
}

using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Mayday.Hosting;

/// <summary>
/// The sources of settings, lowest priority first: a JSON file, the environment (<c>MAYDAY_Collector__Netoops__Port</c>), the command line.
/// </summary>
public static class ProgramConfiguration
{
    /// <summary>Read if it exists and no other file is given.</summary>
    public const string DefaultFile = "/etc/mayday/mayday.json";

    public static IConfigurationRoot Load(string? file, IReadOnlyDictionary<string, string?> commandLine)
    {
        var builder = new ConfigurationBuilder();
        if (file is not null && !File.Exists(file))
        {
            throw new PlainFailureException(
                $"--config {file}: there is no such file. Give an existing JSON file or omit the option.", ExitCode.WrongUse);
        }

        try
        {
            return builder
                .AddJsonFile(Path.GetFullPath(file ?? DefaultFile), optional: file is null)
                .AddEnvironmentVariables("MAYDAY_")
                .AddInMemoryCollection(commandLine)
                .Build();
        }
        catch (InvalidDataException broken)
        {
            throw new PlainFailureException(Describe(file ?? DefaultFile, broken), ExitCode.WrongUse);
        }
    }

    private static string Describe(string file, Exception broken)
    {
        for (var at = broken; at is not null; at = at.InnerException)
        {
            if (at is JsonException { LineNumber: { } line })
            {
                // The reader counts from 0, editors from 1.
                var what = at.Message.Split(" LineNumber:")[0];
                return string.Create(
                    CultureInfo.InvariantCulture, $"{file}, line {line + 1}: not valid JSON. {Printable.Show(what)} Correct it, then start again.");
            }
        }

        return $"{file} is not usable: {Printable.Show((broken.InnerException ?? broken).Message)} Correct it, then start again.";
    }

    /// <summary>Fails with exit code 2 and lists all wrong settings at once, each with its key.</summary>
    public static void Refuse(IReadOnlyList<string> failures)
    {
        if (failures.Count > 0)
        {
            throw new PlainFailureException(
                "the settings are not usable:" + string.Concat(failures.Select(failure => $"{Environment.NewLine}  {failure}")), ExitCode.WrongUse);
        }
    }
}

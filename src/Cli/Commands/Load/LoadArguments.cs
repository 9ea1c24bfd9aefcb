using System.Globalization;
using System.Net;
using Mayday.Cli.Commands.Send;
using Mayday.Hosting;
using Mayday.Simulation.Links;
using Mayday.Simulation.Load;

namespace Mayday.Cli.Commands.Load;

/// <summary>The arguments of <c>mayday load</c> as text. <see cref="Read"/> validates all of them together.</summary>
internal sealed record LoadArguments
{
    private const double MostRate = 100_000_000;

    public string? Scenario { get; init; }

    public string? To { get; init; }

    /// <summary>The other options by name. Options that were not given are absent.</summary>
    public required IReadOnlyDictionary<string, string> Words { get; init; }

    /// <summary>Parses and validates the arguments.</summary>
    /// <param name="failures">One sentence for each mistake.</param>
    /// <returns>The load to run; null if there is a mistake.</returns>
    public LoadRequest? Read(out IReadOnlyList<string> failures)
    {
        var wrong = new List<string>();
        failures = wrong;
        var scenario = LoadScenario.Find(Scenario ?? "receive");
        if (scenario is null)
        {
            wrong.Add($"{Printable.Show(Scenario)}: not a scenario. Give {string.Join(", ", LoadScenario.All.Select(one => one.Name))}.");
            return null;
        }

        var (target, port) = SendArguments.ReadTarget(To ?? "127.0.0.1", wrong);
        var seed = SendArguments.ReadNumber("--seed", Words.GetValueOrDefault("--seed"), Random.Shared.Next(), 0, int.MaxValue, wrong);
        var given = scenario.Options;
        var options = given with
        {
            Seed = seed,
            NetoopsPort = Number("--netoops", port ?? given.NetoopsPort, 1, IPEndPoint.MaxPort),
            NetconsolePort = Number("--netconsole", port ?? given.NetconsolePort, 1, IPEndPoint.MaxPort),
            EvlogPort = Number("--evlog", port ?? given.EvlogPort, 1, IPEndPoint.MaxPort),
            Format = ReadFormat(given.Format, wrong),
            HostName = Words.GetValueOrDefault("--name") ?? string.Create(CultureInfo.InvariantCulture, $"load-{seed:x8}"),
            Hosts = Number("--hosts", given.Hosts, 1, LoadOptions.MaxHosts),
            LineRate = Rate("--rate", given.LineRate),
            LineBytes = Number("--line-bytes", given.LineBytes, LoadOptions.MinLineBytes, LoadOptions.MaxLineBytes),
            Lines = Number("--lines", (int)given.Lines, 1, int.MaxValue),
            Burst = Number("--burst", given.Burst, 1, 1_000_000),
            CrashRate = Rate("--crash-rate", given.CrashRate),
            Crashes = Number("--crashes", (int)given.Crashes, 1, int.MaxValue),
            LogBytes = Bytes("--log-bytes", given.LogBytes),
            Signatures = Number("--signatures", given.Signatures, 1, 1000),
            Rounds = Number("--rounds", given.Rounds, 1, 100),
            Together = Number("--together", given.Together, 1, 100_000),
            Duration = Time("--duration", given.Duration, wrong),
            Wave = Time("--wave", given.Wave, wrong),
            Strangers = Number("--strangers", given.Strangers, 1, 8_000_000),
            StrangerRate = Rate("--stranger-rate", given.StrangerRate),
            Impairment = new Impairment(
                Chance("--loss", given.Impairment.Loss), Chance("--reorder", given.Impairment.Reorder), Chance("--duplicate", given.Impairment.Duplicate)),
        };
        if (Words.ContainsKey("--duration"))
        {
            // The scenario's number of crashes fits its own duration, so it is not used with another duration.
            options = options with { Crashes = Words.ContainsKey("--crashes") ? options.Crashes : 0 };
        }

        if (options.Format == LoadFormat.Netoops && !Words.ContainsKey("--rate"))
        {
            options = options with { LineRate = -1 };
        }

        if (options.HostName.Length > 48 || !options.HostName.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-'))
        {
            wrong.Add($"--name {Printable.Show(options.HostName)}: not a name. Give at most 48 letters, digits, dots, dashes or underscores; \"\" for none.");
        }

        var check = ReadCheck(scenario, wrong);
        return wrong.Count > 0 ? null : new LoadRequest(scenario.Name, target, options, check, Time("--patience", TimeSpan.FromMinutes(2), wrong));

        int Number(string name, int otherwise, int least, int most) => SendArguments.ReadNumber(name, Words.GetValueOrDefault(name), otherwise, least, most, wrong);

        double Chance(string name, double otherwise) =>
            Words.TryGetValue(name, out var word) ? SendArguments.ReadProbability(name, word, wrong) : otherwise;

        double Rate(string name, double otherwise)
        {
            if (!Words.TryGetValue(name, out var word))
            {
                return otherwise;
            }

            if (double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate <= MostRate)
            {
                return rate;
            }

            wrong.Add($"{name} {Printable.Show(word)}: not a rate. Give a number per second, or 0 for as fast as possible.");
            return otherwise;
        }

        int Bytes(string name, int otherwise)
        {
            if (!Words.TryGetValue(name, out var word))
            {
                return otherwise;
            }

            var unit = word.EndsWith('K') || word.EndsWith('k') ? 1024 : word.EndsWith('M') ? 1 << 20 : 1;
            if (int.TryParse(unit == 1 ? word : word[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && (long)number * unit <= 16 << 20)
            {
                return number * unit;
            }

            wrong.Add($"{name} {Printable.Show(word)}: not a length. Give a number of bytes up to 16 MiB, optionally followed by K or M.");
            return otherwise;
        }
    }

    private TimeSpan Time(string name, TimeSpan otherwise, List<string> wrong)
    {
        if (!Words.TryGetValue(name, out var word))
        {
            return otherwise;
        }

        var (unit, letters) = word switch
        {
            _ when word.EndsWith("ms", StringComparison.Ordinal) => (0.001, 2),
            _ when word.EndsWith('s') => (1.0, 1),
            _ when word.EndsWith('m') => (60.0, 1),
            _ when word.EndsWith('h') => (3600.0, 1),
            _ => (1.0, 0),
        };
        if (double.TryParse(word.AsSpan(0, word.Length - letters), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1_000_000)
        {
            return TimeSpan.FromSeconds(number * unit);
        }

        wrong.Add($"{name} {Printable.Show(word)}: not a time. Give seconds, or a number followed by ms, s, m or h.");
        return otherwise;
    }

    private LoadFormat ReadFormat(LoadFormat otherwise, List<string> wrong)
    {
        switch (Words.GetValueOrDefault("--as"))
        {
            case null:
                return otherwise;
            case "netoops":
                return LoadFormat.Netoops;
            case "netconsole":
                return LoadFormat.Netconsole;
            case "netconsole-basic":
                return LoadFormat.NetconsoleBasic;
            case "mixed":
                return LoadFormat.Mixed;
            case "evlog":
                return LoadFormat.Evlog;
            default:
                wrong.Add($"--as {Printable.Show(Words["--as"])}: not a format. Give netoops, netconsole, netconsole-basic, mixed or evlog.");
                return otherwise;
        }
    }

    private Uri? ReadCheck(LoadScenario scenario, List<string> wrong)
    {
        if (!Words.TryGetValue("--check", out var word))
        {
            if (scenario.Name == "latency")
            {
                wrong.Add("latency waits for each crash at the REST API. Give its address, for example --check http://127.0.0.1:8080.");
            }

            return null;
        }

        if (Uri.TryCreate(word, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        wrong.Add($"--check {Printable.Show(word)}: not an address. Give the address of the pages, for example http://127.0.0.1:8080.");
        return null;
    }
}

/// <summary>A load whose target is not yet resolved to an address.</summary>
/// <param name="Scenario">Name of the scenario.</param>
/// <param name="Host">Name or address of the collector.</param>
/// <param name="Options">All other options.</param>
/// <param name="Check">Address of the REST API; null to skip the check.</param>
/// <param name="Patience">How long the collector may take to store what was sent.</param>
internal sealed record LoadRequest(string Scenario, string Host, LoadOptions Options, Uri? Check, TimeSpan Patience);

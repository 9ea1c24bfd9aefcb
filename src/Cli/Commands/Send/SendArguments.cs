using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mayday.Hosting;
using Mayday.Simulation.Links;
using Mayday.Simulation.Replay;

namespace Mayday.Cli.Commands.Send;

/// <summary>The arguments of <c>mayday send</c> as text. <see cref="Read"/> validates all of them together.</summary>
internal sealed record SendArguments
{
    public required IReadOnlyList<string> Files { get; init; }

    public string? To { get; init; }

    public string? Format { get; init; }

    public string? Host { get; init; }

    public string? Hosts { get; init; }

    public string? Rate { get; init; }

    public string? Loss { get; init; }

    public string? Reorder { get; init; }

    public string? Duplicate { get; init; }

    public string? Seed { get; init; }

    public string? Release { get; init; }

    /// <summary>Parses and validates the arguments.</summary>
    /// <param name="failures">One sentence for each mistake.</param>
    /// <returns>The replay to run; null if there is a mistake.</returns>
    public SendRequest? Read(out IReadOnlyList<string> failures)
    {
        var wrong = new List<string>();
        var (target, port) = ReadTarget(To, wrong);
        var options = new ReplayOptions
        {
            Target = IPAddress.None,
            Port = port,
            Format = ReadFormat(wrong),
            HostName = ReadHostName(wrong),
            Hosts = ReadNumber("--hosts", Hosts, 1, 1, ReplayOptions.MaxHosts, wrong),
            Rate = ReadRate(wrong),
            Impairment = new Impairment(
                ReadProbability("--loss", Loss, wrong), ReadProbability("--reorder", Reorder, wrong), ReadProbability("--duplicate", Duplicate, wrong)),
            Seed = ReadNumber("--seed", Seed, Random.Shared.Next(), 0, int.MaxValue, wrong),
            KernelRelease = ReadRelease(wrong),
        };
        if (Files.Count(file => file == "-") > 1)
        {
            wrong.Add("FILE -: standard input can be read only once.");
        }

        failures = wrong;
        return wrong.Count == 0 ? new SendRequest(target, options) : null;
    }

    // Accepted forms: HOST, HOST:PORT, ADDRESS:PORT, [IPV6]:PORT, IPV6.
    internal static (string Host, int? Port) ReadTarget(string? to, List<string> wrong)
    {
        if (string.IsNullOrWhiteSpace(to))
        {
            wrong.Add("--to is missing. Give the address of the collector, for example --to 127.0.0.1.");
            return ("", null);
        }

        if (to.Count(letter => letter == ':') > 1 && IPAddress.TryParse(to, out var bare) && !to.StartsWith('['))
        {
            return (bare.ToString(), null);
        }

        var colon = to.LastIndexOf(':');
        var bracket = to.LastIndexOf(']');
        var host = colon > bracket ? to[..colon] : to;
        host = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            wrong.Add($"--to {Printable.Show(to)}: not a host. Give a name or an address, optionally with :PORT ([ADDRESS]:PORT for IPv6).");
            return ("", null);
        }

        if (colon <= bracket)
        {
            return (host, null);
        }

        if (!int.TryParse(to.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > IPEndPoint.MaxPort)
        {
            wrong.Add($"--to {Printable.Show(to)}: not a UDP port. Give a number from 1 to 65535.");
        }

        return (host, port);
    }

    private ReplayFormat ReadFormat(List<string> wrong)
    {
        switch (Format)
        {
            case null:
                return ReplayFormat.AsIs;
            case "netoops":
                return ReplayFormat.Netoops;
            case "netconsole":
                return ReplayFormat.Netconsole;
            case "netconsole-basic":
                return ReplayFormat.NetconsoleBasic;
            case "evlog":
                return ReplayFormat.Evlog;
            default:
                wrong.Add($"--as {Printable.Show(Format)}: not a format. Give netoops, netconsole, netconsole-basic or evlog.");
                return ReplayFormat.AsIs;
        }
    }

    private string ReadHostName(List<string> wrong)
    {
        if (Host is null)
        {
            return "";
        }

        // With several hosts, a dash and up to five digits are appended to the name.
        var longest = ReplayOptions.MaxHostNameLength - (Hosts is null ? 0 : "-00000".Length);
        if (Host.Length == 0 || Host.Length > longest || !Host.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-'))
        {
            wrong.Add($"--host {Printable.Show(Host)}: not a name. Give 1 to {longest} letters, digits, dots, dashes or underscores.");
        }

        return Host;
    }

    private string ReadRelease(List<string> wrong)
    {
        if (Release is { Length: 0 or > 64 } || Release?.All(letter => letter is > ' ' and <= '~') == false)
        {
            wrong.Add($"--release {Printable.Show(Release)}: not a kernel release. Give at most 64 printable characters, as uname -r prints them.");
        }

        return Release ?? "";
    }

    private double ReadRate(List<string> wrong)
    {
        if (Rate is null)
        {
            return DatagramPacer.DefaultRate;
        }

        if (double.TryParse(Rate, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && double.IsFinite(rate))
        {
            return rate;
        }

        wrong.Add($"--rate {Printable.Show(Rate)}: not a rate. Give datagrams per second, or 0 for as fast as possible.");
        return DatagramPacer.DefaultRate;
    }

    internal static int ReadNumber(string name, string? text, int otherwise, int least, int most, List<string> wrong)
    {
        if (text is null)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {Printable.Show(text)}: give a whole number from {least} to {most}."));
        return otherwise;
    }

    internal static double ReadProbability(string name, string? text, List<string> wrong)
    {
        if (text is null)
        {
            return 0;
        }

        var isPercent = text.EndsWith('%');
        if (double.TryParse(isPercent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            number = isPercent ? number / 100 : number;
            if (number is >= 0 and <= 1)
            {
                return number;
            }
        }

        wrong.Add($"{name} {Printable.Show(text)}: not a probability. Give a number from 0 to 1, or 0% to 100%.");
        return 0;
    }
}

/// <summary>A replay whose target is not yet resolved to an address.</summary>
/// <param name="Host">Name or address of the collector.</param>
/// <param name="Options">All other options.</param>
internal sealed record SendRequest(string Host, ReplayOptions Options)
{
    /// <summary>Resolves the name. Prefers an IPv4 address, because collectors always listen on IPv4.</summary>
    public async Task<ReplayOptions> ResolveAsync(CancellationToken cancellation) => Options with { Target = await ResolveAsync(Host, cancellation) };

    /// <inheritdoc cref="ResolveAsync(CancellationToken)"/>
    public static async Task<IPAddress> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return address;
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
            return addresses.FirstOrDefault(candidate => candidate.AddressFamily == AddressFamily.InterNetwork) ?? addresses.FirstOrDefault()
                ?? throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (SocketException exception)
        {
            throw new PlainFailureException($"--to {Printable.Show(host)}: {Printable.Show(exception.Message)}");
        }
    }
}

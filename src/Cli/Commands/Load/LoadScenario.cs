using Mayday.Simulation.Links;
using Mayday.Simulation.Load;

namespace Mayday.Cli.Commands.Load;

/// <summary>A named load. The figures in docs/performance.md are measured with these. Each option overrides one part.</summary>
/// <param name="Name">The argument of <c>mayday load</c>.</param>
/// <param name="Description">The help text.</param>
/// <param name="Options">What the load sends.</param>
internal sealed record LoadScenario(string Name, string Description, LoadOptions Options)
{
    public static readonly IReadOnlyList<LoadScenario> All =
    [
        new("receive", "1,024 machines send extended netconsole lines of 120 bytes, 200,000 per second", new LoadOptions { LineRate = 200_000 }),
        new("storm", "10,000 machines crash with one bug within a minute, each with a netoops log of 64 KiB", new LoadOptions
        {
            Format = LoadFormat.Netoops,
            Hosts = 10_000,
            Crashes = 10_000,
            CrashRate = 10_000 / 60.0,
            LogBytes = 64 << 10,
            Signatures = 1,
            Together = 64,
        }),
        new("crashes", "2,000 oopses per second with 50 signatures, 60 lines each, over netoops", new LoadOptions
        {
            Format = LoadFormat.Netoops,
            Hosts = 10_000,
            CrashRate = 2_000,
            // Ten dumps per wave, so that the sender wakes up less often. A real fleet does not crash at exact intervals either.
            Wave = TimeSpan.FromMilliseconds(5),
        }),
        new("latency", "20,000 lines per second, and one dump at a time; measures when --check URL shows it", new LoadOptions
        {
            Format = LoadFormat.Mixed,
            Hosts = 3_000,
            LineRate = 20_000,
        }),
        new("flood", "1,000 machines send lines while 65,000 forged addresses send 100,000 per second", new LoadOptions
        {
            Hosts = 1_000,
            LineRate = 10_000,
            Strangers = 65_000,
            StrangerRate = 100_000,
        }),
        new("loss", "all formats, with 1 % of packets lost, 5 % reordered and 1 % duplicated", new LoadOptions
        {
            Format = LoadFormat.Mixed,
            Hosts = 300,
            LineRate = 5_000,
            CrashRate = 20,
            // 64 packets per dump: more than the distance by which the network may reorder, so each copy can be assigned to its round.
            LogBytes = 64 << 10,
            Impairment = new Impairment(Loss: 0.01, Reorder: 0.05, Duplicate: 0.01),
            Duration = TimeSpan.FromSeconds(30),
        }),
        new("events", "64 machines send event records (evlog), 20,000 per second", new LoadOptions
        {
            Format = LoadFormat.Evlog,
            Hosts = 64,
            LineRate = 20_000,
        }),
        new("mixed", "all formats, lines and crashes, for a soak test", new LoadOptions
        {
            Format = LoadFormat.Mixed,
            Hosts = 3_000,
            LineRate = 20_000,
            CrashRate = 50,
        }),
    ];

    public static LoadScenario? Find(string name) => All.FirstOrDefault(scenario => scenario.Name == name);
}

namespace Mayday.Store.Bugs;

/// <summary>Section <c>Store:Reservoir</c>: how many logs of one bug are kept. Facts and counts of the other dumps stay complete.</summary>
public sealed class ReservoirOptions
{
    public const string Section = "Store:Reservoir";

    /// <summary>
    /// Complete logs kept per bug and hour; 0 keeps all. Nobody reads a hundred logs of one bug, and ten thousand machines with 64 KiB each
    /// are 640 MB of repetition.
    /// </summary>
    public int LogsPerBugAndHour { get; set; } = 100;
}

/// <summary>Section <c>Store:Storm</c>: when crashes of one bug are shown as one live incident.</summary>
public sealed class StormOptions
{
    public const string Section = "Store:Storm";

    /// <summary>
    /// Crashes of one bug within a minute, and machines, that make a storm. A hundred at once is no coincidence in any fleet.
    /// </summary>
    public int Machines { get; set; } = 100;
}

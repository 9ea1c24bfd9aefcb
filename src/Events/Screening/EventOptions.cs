namespace Mayday.Events.Screening;

/// <summary>Section <c>Events</c>: what the people who run Mayday add to what comes with it.</summary>
public sealed class EventOptions
{
    public const string Section = "Events";

    /// <summary>Folder of templates beside those that come with the program. None: those are enough for kernel events.</summary>
    public string? Templates { get; set; }

    /// <summary>JSON file of screening rules and alerts. None: nothing is discarded and nobody is called.</summary>
    public string? Rules { get; set; }
}

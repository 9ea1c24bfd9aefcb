namespace Mayday.Events.Screening;

/// <summary>
/// One counter of the screen since the process started. Tags are "key=value", sorted and comma-separated; empty if there are none.
/// </summary>
public sealed record ScreenCount(string Name, string Tags, long Value);

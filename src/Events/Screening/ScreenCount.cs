namespace Mayday.Events.Screening;

/// <summary>One count of the screen since the process started. Tags are "key=value", comma-separated, sorted; empty for none.</summary>
public sealed record ScreenCount(string Name, string Tags, long Value);

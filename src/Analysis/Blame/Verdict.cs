namespace Mayday.Analysis.Blame;

/// <summary>The function to blame and how it was found.</summary>
internal sealed record Verdict(StackFrame? Frame, string? Function, string? Module)
{
    public static readonly Verdict None = new(null, null, null);

    public static Verdict Of(StackFrame? frame) => frame is null ? None : new Verdict(frame, frame.Function, frame.Module);
}

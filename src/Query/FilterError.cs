namespace Mayday.Query;

/// <summary>Why a filter is invalid, and where.</summary>
/// <param name="Column">Column of the first wrong character, from 1. One past the end if something is missing there.</param>
/// <param name="Length">Number of wrong characters; 0 if something is missing.</param>
/// <param name="Message">One or two sentences: what is wrong, and what would be right.</param>
/// <param name="Suggestion">The name or value that was probably meant; null if none is similar.</param>
public sealed record FilterError(int Column, int Length, string Message, string? Suggestion = null)
{
    public override string ToString() => $"column {Column}: {Message}";
}

namespace Mayday.Query;

/// <summary>Why a filter cannot be read, and where.</summary>
/// <param name="Column">Of the first wrong character, from 1; one past the end when something is missing there.</param>
/// <param name="Length">How many characters are wrong; 0 when something is missing.</param>
/// <param name="Message">One or two sentences: what is wrong, and what would be right.</param>
/// <param name="Suggestion">A name or value that probably was meant by the wrong characters; null where none is near.</param>
public sealed record FilterError(int Column, int Length, string Message, string? Suggestion = null)
{
    public override string ToString() => $"column {Column}: {Message}";
}

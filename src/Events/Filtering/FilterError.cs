namespace Mayday.Events.Filtering;

/// <summary>Why a filter cannot be read, and where.</summary>
/// <param name="Column">Of the first character that is wrong, from 1; one past the end when something is missing there.</param>
/// <param name="Length">How many characters are meant; 0 when something is missing.</param>
/// <param name="Message">One or two sentences: what is wrong, and what would be right.</param>
public sealed record FilterError(int Column, int Length, string Message)
{
    public override string ToString() => $"column {Column}: {Message}";
}

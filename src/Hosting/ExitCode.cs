namespace Mayday.Hosting;

/// <summary>The exit codes of the program.</summary>
public static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUse = 2;
}

/// <summary>A failure that a person can act on: what happened, what it means, what to do next. Shown without a stack trace.</summary>
public sealed class PlainFailureException(string message, int exitCode = ExitCode.Failed) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

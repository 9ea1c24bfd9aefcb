using Microsoft.Extensions.Logging;

namespace Mayday.Hosting;

/// <summary>Log messages of the program itself.</summary>
public static partial class ProgramMessages
{
    [LoggerMessage(1, LogLevel.Warning,
        "The pages and the API answer on {Address} and there are no accounts: whoever reaches this address reads every kernel log. "
        + "Listen on 127.0.0.1 and put a proxy with a login before it to change that.")]
    public static partial void PagesAreOpen(ILogger logger, string address);

    [LoggerMessage(3, LogLevel.Error, "Partitions could not be kept up; the next attempt comes in {Minutes} minutes.")]
    public static partial void PartitionUpkeepFailed(ILogger logger, Exception reason, int minutes);

    [LoggerMessage(4, LogLevel.Warning, "{Notice}")]
    public static partial void RetentionHeld(ILogger logger, string notice);
}

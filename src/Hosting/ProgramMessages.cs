using Microsoft.Extensions.Logging;

namespace Mayday.Hosting;

/// <summary>Log messages of the program itself.</summary>
public static partial class ProgramMessages
{
    [LoggerMessage(1, LogLevel.Warning,
        "The pages and the API listen on {Address} without a login: everyone who can reach this address can read all kernel logs. "
        + "To restrict access, listen on 127.0.0.1 behind a reverse proxy with a login.")]
    public static partial void PagesAreOpen(ILogger logger, string address);

    [LoggerMessage(3, LogLevel.Error, "Partition maintenance failed; the next attempt is in {Minutes} minutes.")]
    public static partial void PartitionUpkeepFailed(ILogger logger, Exception reason, int minutes);

    [LoggerMessage(4, LogLevel.Warning, "{Notice}")]
    public static partial void RetentionHeld(ILogger logger, string notice);
}

using Microsoft.Extensions.Logging;

namespace Mayday.Store.Retention;

/// <summary>Log messages about deleting old data.</summary>
internal static partial class RetentionMessages
{
    [LoggerMessage(3301, LogLevel.Information, "Partition {Partition} with {Rows} rows was past retention and was dropped")]
    public static partial void Dropped(ILogger logger, string partition, long rows);
}

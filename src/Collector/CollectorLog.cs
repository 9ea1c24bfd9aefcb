using Mayday.Protocol;
using Microsoft.Extensions.Logging;

namespace Mayday.Collector;

/// <summary>Every log message of the collector. Ids 1000-1099; the next free one is 1050. Messages that a sender can cause are logged at
/// Debug.</summary>
internal static partial class CollectorLog
{
    [LoggerMessage(1000, LogLevel.Information, "Listening on {Address}: netoops {Netoops}, netconsole {Netconsole}, evlog {Evlog}; {Shards} shards")]
    public static partial void Listening(ILogger log, string address, int? netoops, int? netconsole, int? evlog, int shards);

    [LoggerMessage(1001, LogLevel.Warning,
        "The kernel gives {Name} (port {Port}) a socket buffer of {Given} bytes instead of {Wanted}: bursts may be lost. Allow more with " +
        "`sysctl -w net.core.rmem_max={Wanted}`")]
    public static partial void SmallSocketBuffer(ILogger log, string name, int port, int given, int wanted);

    [LoggerMessage(1002, LogLevel.Debug, "Datagram of {Source} refused: {Reason}")]
    public static partial void DatagramRejected(ILogger log, string source, PacketRejectReason reason);

    [LoggerMessage(1003, LogLevel.Debug, "Dump of {Source} dropped: the backlog of analysis was full")]
    public static partial void BacklogFull(ILogger log, string source);

    [LoggerMessage(1004, LogLevel.Critical, "A receiving thread ended")]
    public static partial void ListenerFailed(ILogger log, Exception failure);

    [LoggerMessage(1005, LogLevel.Error, "A datagram could not be processed ({Failures} so far; logged at most once a minute)")]
    public static partial void IntakeFailed(ILogger log, Exception failure, long failures);

    [LoggerMessage(1006, LogLevel.Error, "A dump of {Source} could not be joined")]
    public static partial void JoinFailed(ILogger log, Exception failure, string source);

    [LoggerMessage(1007, LogLevel.Warning, "The analysis of dump {Dump} failed; it is stored without crashes")]
    public static partial void AnalysisFailed(ILogger log, Exception failure, Guid dump);

    [LoggerMessage(1008, LogLevel.Warning, "Postgres is away: {Reason}. Dumps go to the spool in {Directory}")]
    public static partial void PostgresAway(ILogger log, string reason, string directory);

    [LoggerMessage(1009, LogLevel.Information, "Postgres is back: {Dumps} spooled dumps will be written first")]
    public static partial void PostgresBack(ILogger log, long dumps);

    [LoggerMessage(1010, LogLevel.Information, "The spool is empty")]
    public static partial void SpoolReplayed(ILogger log);

    [LoggerMessage(1011, LogLevel.Error,
        "The spool in {Directory} is full ({Bytes} bytes): the least valuable dumps are dropped first. Bring Postgres back or raise " +
        "Collector:Spool:MaxBytes")]
    public static partial void SpoolFull(ILogger log, string directory, long bytes);

    [LoggerMessage(1022, LogLevel.Error, "{Dumps} dumps in spool segment {Segment} are older than Collector:Spool:MaxAge and were dropped")]
    public static partial void SpoolExpired(ILogger log, int dumps, string segment);

    [LoggerMessage(1012, LogLevel.Error, "The spool in {Directory} cannot be used: dumps may be dropped until it can")]
    public static partial void SpoolFailed(ILogger log, Exception failure, string directory);

    [LoggerMessage(1013, LogLevel.Warning, "Spool segment {Segment} is damaged at byte {Offset}; the rest of the file is skipped")]
    public static partial void SpoolDamaged(ILogger log, string segment, long offset);

    [LoggerMessage(1014, LogLevel.Information, "{Dumps} dumps ({Bytes} bytes) of an earlier run wait in the spool")]
    public static partial void SpoolFound(ILogger log, long dumps, long bytes);

    [LoggerMessage(1016, LogLevel.Error, "Dump {Dump} cannot be stored ({Reason}); it was put aside as {File}")]
    public static partial void DumpPutAside(ILogger log, Guid dump, string reason, string? file);

    [LoggerMessage(1017, LogLevel.Debug, "Counters were not saved")]
    public static partial void CountersNotSaved(ILogger log, Exception failure);

    [LoggerMessage(1021, LogLevel.Debug, "The packet loss counts were not saved; they will be saved with the next try")]
    public static partial void LossNotSaved(ILogger log, Exception failure);

    [LoggerMessage(1023, LogLevel.Debug, "Console lines were not archived; they stay in memory until the next try")]
    public static partial void ArchiveNotSaved(ILogger log, Exception failure);

    [LoggerMessage(1018, LogLevel.Information, "Stopped: {Written} dumps written, {Spooled} spooled for the next start")]
    public static partial void Stopped(ILogger log, long written, long spooled);

    [LoggerMessage(1019, LogLevel.Critical, "A stage of the pipeline failed; the collector stops")]
    public static partial void StageFailed(ILogger log, Exception failure);

    [LoggerMessage(1027, LogLevel.Error,
        "The journal in {Directory} found no room for {Bytes} bytes: the collector runs without a journal, and a kill loses what is in " +
        "flight. Make room or lower Collector:Journal:DumpBytes")]
    public static partial void JournalNoSpace(ILogger log, string directory, long bytes);

    [LoggerMessage(1028, LogLevel.Error, "The journal {File} is damaged and was put aside as {Aside}; a new one was begun")]
    public static partial void JournalDamaged(ILogger log, string file, string aside);

    [LoggerMessage(1048, LogLevel.Warning,
        "{File} ({Bytes} bytes) is a journal with other settings; the start that restored it did not finish, so dumps in it may not be " +
        "stored. To have it read again, stop the collector, rename the file to shard-1000.journal in the same directory and start: dumps " +
        "that are already stored are recognised. Otherwise delete it; the {Most} newest of such files are kept")]
    public static partial void JournalLeftOver(ILogger log, string file, long bytes, int most);

    [LoggerMessage(1049, LogLevel.Warning,
        "{File}, a journal with other settings that was never completely restored, was deleted: only the {Most} newest are kept")]
    public static partial void JournalLeftOverDeleted(ILogger log, string file, int most);

    [LoggerMessage(1029, LogLevel.Information,
        "The journal restored {Dumps} dumps in flight, {Lines} kept lines and {Datagrams} unprocessed datagrams")]
    public static partial void JournalRestored(ILogger log, int dumps, int lines, int datagrams);

    [LoggerMessage(1046, LogLevel.Information, "The journal restored {Events} events that were not stored; they are in the spool")]
    public static partial void EventsRestored(ILogger log, int events);

    [LoggerMessage(1024, LogLevel.Error, "An entry of the journal could not be restored")]
    public static partial void RestoreFailed(ILogger log, Exception failure);

    [LoggerMessage(1026, LogLevel.Error, "A dump of the journal was given up: {Deaths} processes in a row ended while they restored it")]
    public static partial void RestoreGivenUp(ILogger log, long deaths);

    [LoggerMessage(1025, LogLevel.Information,
        "{Name} listens on a socket that the service manager handed over (descriptor {Descriptor}, port {Port})")]
    public static partial void SocketHandedOver(ILogger log, string name, int descriptor, int port);

    [LoggerMessage(1040, LogLevel.Information, "Listening to netlink protocol {Protocol}, groups {Groups}, {Senders}")]
    public static partial void ListeningToNetlink(ILogger log, int protocol, uint groups, string senders);

    [LoggerMessage(1041, LogLevel.Warning, "Postgres is away: {Reason}. Events go to the spool in {Directory}")]
    public static partial void PostgresAwayForEvents(ILogger log, string reason, string directory);

    [LoggerMessage(1042, LogLevel.Information, "The spool of events is empty")]
    public static partial void EventSpoolReplayed(ILogger log);

    [LoggerMessage(1043, LogLevel.Error,
        "The spool of events in {Directory} is full ({Bytes} bytes): events are dropped. Bring Postgres back or raise " +
        "Collector:Spool:EventBytes")]
    public static partial void EventSpoolFull(ILogger log, string directory, long bytes);

    [LoggerMessage(1044, LogLevel.Information, "{Batches} batches of events ({Bytes} bytes) of an earlier run wait in the spool")]
    public static partial void EventSpoolFound(ILogger log, long batches, long bytes);

    [LoggerMessage(1045, LogLevel.Debug, "{Events} events could not be stored: {Reason}")]
    public static partial void EventsRefused(ILogger log, int events, string reason);

    [LoggerMessage(1020, LogLevel.Information, "The spool in {Directory} can be written again")]
    public static partial void SpoolRecovered(ILogger log, string directory);
}

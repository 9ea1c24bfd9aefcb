namespace Mayday.Architecture.Tests;

/// <summary>
/// Where a rule about files does not hold yet, or with a reason. The tests compare for equality: an entry that is no longer needed fails too, so the lists only
/// become shorter.
/// </summary>
internal static class Exceptions
{
    public static readonly string[] NotNamedLikeAType =
    [
        "src/Events/Filtering/EventFieldTypes.cs",
        "src/Store/Postgres/Filters.cs",
        "src/Store/Schema/CollectorRows.cs",
        "src/Store/Schema/LedgerRows.cs",
    ];

    public static readonly string[] SeveralMainTypes =
    [
        "src/Analysis/Reports/Traces.cs",
        "src/Cli/Commands/Events/EventsCommand.cs",
        "src/Events/Filtering/EventFieldTypes.cs",
        "src/Protocol/Netconsole/MessageBody.cs",
        "src/Query/Fields/NumberType.cs",
        "src/Query/Fields/TextType.cs",
        "src/Query/Fields/TimeType.cs",
        "src/Query/Fields/TruthType.cs",
        "src/Store/Bugs/BugQueries.cs",
        "src/Store/Crashes/DumpKeys.cs",
        "src/Store/Crashes/IncidentAssigner.cs",
        "src/Store/Crashes/PendingDump.cs",
        "src/Store/Crashes/RowText.cs",
        "src/Store/Crashes/StoredRows.cs",
        "src/Store/Events/ArgumentSpread.cs",
        "src/Store/Ingest/IngestCounters.cs",
        "src/Store/Ingest/LossAccounts.cs",
        "src/Store/Reanalysis/DumpsForReanalysis.cs",
        "src/Web/Api/ApiJson.cs",
        "src/Web/Metrics/InstrumentSeries.cs",
    ];

    // Filters and stored documents of crashes and events that still stand in Postgres/.
    public static readonly string[] SubjectsThatPostgresUses = ["Crashes", "Events"];

    public static readonly string[] TooLong = [];

    // The data directory is what users call it: --data, Data:Directory.
    public static readonly string[] EmptyWords = ["DataDirectory"];
}

using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Query.Fields;
using Mayday.Store.Postgres;

namespace Mayday.Store.Crashes;

/// <summary>The words that crashes and bugs are sorted by, as filters take them.</summary>
public static class CrashWordTypes
{
    public static WordType Kind { get; } = Of<CrashKind>();

    public static WordType Class { get; } = Of<CrashClass>();

    public static WordType Severity { get; } = Of<CrashSeverity>();

    public static WordType Transport { get; } = new([.. Enum.GetValues<Transport>().Select(transport => new FieldWord(transport.ToWord()))]);

    // "other" comes first in the enums and is the last that anybody looks for.
    private static WordType Of<T>()
        where T : struct, Enum =>
        new([.. EnumWords.All<T>().OrderBy(word => word == "other").Select(word => new FieldWord(word))]);
}

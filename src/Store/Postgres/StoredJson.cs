using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mayday.Analysis;
using Mayday.Store.Crashes;
using Mayday.Store.Events;

namespace Mayday.Store.Postgres;

/// <summary>Writes documents to jsonb columns and reads them back.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(StoredStringConverter), typeof(StoredFrames), typeof(StoredRegisters), typeof(StoredModules), typeof(StoredInstructions)])]
[JsonSerializable(typeof(CrashReport))]
[JsonSerializable(typeof(Completeness))]
[JsonSerializable(typeof(IReadOnlyList<RegisterValue>))]
[JsonSerializable(typeof(IReadOnlyList<UserField>))]
[JsonSerializable(typeof(CrashNotification))]
[JsonSerializable(typeof(EventNotification))]
internal sealed partial class StoredJson : JsonSerializerContext
{
    // Real reports stay far below these limits. A hostile log could print frames and modules without end.
    private const int MaxFrames = 2048;
    private const int MaxModules = 2048;
    private const int MaxRegisters = 256;
    private const int MaxInstructions = 256;
    private const int MaxSentences = 128;
    private const int MaxFields = 512;
    private const int MaxRanges = 4096;

    // Only hostile documents are larger. A larger buffer is not kept for reuse.
    private const int MaxReused = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? s_json;

    /// <summary>
    /// Writer options for jsonb columns. The text is not HTML, and jsonb does not keep escapes. The default encoder would turn "&lt;", "+"
    /// and "'" of kernel text into six characters each, which only costs time. Validation is off because this program writes the documents.
    /// </summary>
    public static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static string Write(CrashReport report) => JsonSerializer.Serialize(Bounded(report), AsText.Context.CrashReport);

    public static void Add(CopyBuffer row, CrashReport report) => row.AddJsonb(Bounded(report), Default.CrashReport);

    public static void Add(CopyBuffer row, Completeness completeness) => row.AddJsonb(
        completeness with
        {
            MissingRanges = AtMost(completeness.MissingRanges, MaxRanges),
            Notes = AtMost(completeness.Notes, MaxSentences),
        },
        Default.Completeness);

    public static void Add(CopyBuffer row, IReadOnlyList<RegisterValue> registers) => row.AddJsonb(AtMost(registers, MaxRegisters), Default.IReadOnlyListRegisterValue);

    public static void Add(CopyBuffer row, IReadOnlyList<UserField> fields) => row.AddJsonb(AtMost(fields, MaxFields), Default.IReadOnlyListUserField);

    public static string Write(CrashNotification notification) => JsonSerializer.Serialize(notification, Default.CrashNotification);

    public static string Write(EventNotification notification) => JsonSerializer.Serialize(notification, Default.EventNotification);

    /// <summary>
    /// Writes a document without its own class directly as UTF-8, the form that COPY takes. The writer is reused, because each event has
    /// two documents.
    /// </summary>
    public static byte[] Write<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var buffer = s_buffer ??= new ArrayBufferWriter<byte>(MaxReused);
        var json = s_json ??= new Utf8JsonWriter(buffer, Unescaped);
        try
        {
            write(json, value);
            json.Flush();
            return buffer.WrittenSpan.ToArray();
        }
        finally
        {
            buffer.ResetWrittenCount();
            json.Reset();
            if (buffer.Capacity > MaxReused)
            {
                (s_buffer, s_json) = (null, null);
            }
        }
    }

    public static CrashReport ReadReport(string json) => JsonSerializer.Deserialize(json, Default.CrashReport)!;

    /// <summary>Returns null if another version wrote a report with words that this version does not know.</summary>
    public static CrashReport? TryReadReport(string json)
    {
        try
        {
            return ReadReport(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static Completeness ReadCompleteness(string json) => JsonSerializer.Deserialize(json, Default.Completeness)!;

    public static IReadOnlyList<RegisterValue> ReadRegisters(string json) => JsonSerializer.Deserialize(json, Default.IReadOnlyListRegisterValue)!;

    public static IReadOnlyList<UserField> ReadUserFields(string json) => JsonSerializer.Deserialize(json, Default.IReadOnlyListUserField)!;

    /// <summary>JSON has no NaN and no infinity. A printed time with four hundred digits parses as infinity.</summary>
    public static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static CrashReport Bounded(CrashReport report) => report with
    {
        Frames = AtMost(report.Frames, MaxFrames),
        Modules = AtMost(report.Modules, MaxModules),
        Registers = AtMost(report.Registers, MaxRegisters),
        Explanation = AtMost(report.Explanation, MaxSentences),
        Code = report.Code is { } code ? code with { Instructions = AtMost(code.Instructions, MaxInstructions) } : null,
        PrintkTime = Finite(report.PrintkTime),
    };

    private static IReadOnlyList<T> AtMost<T>(IReadOnlyList<T> list, int count) => list.Count <= count ? list : [.. list.Take(count)];

    // For documents that are sent to Postgres as strings. A nested class, so that Default is initialised before it.
    private static class AsText
    {
        public static readonly StoredJson Context = new(new JsonSerializerOptions(Default.Options) { Encoder = StoredJson.Unescaped.Encoder });
    }
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mayday.Analysis;
using Mayday.Store.Crashes;
using Mayday.Store.Events;

namespace Mayday.Store.Postgres;

/// <summary>How documents are written to jsonb columns and read back.</summary>
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
    // Real reports stay far below these; a hostile log could print frames and modules without end.
    private const int MaxFrames = 2048;
    private const int MaxModules = 2048;
    private const int MaxRegisters = 256;
    private const int MaxInstructions = 256;
    private const int MaxSentences = 128;
    private const int MaxFields = 512;
    private const int MaxRanges = 4096;

    // Larger than all but hostile documents; a larger buffer is not kept.
    private const int MaxReused = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_json;

    /// <summary>
    /// How what goes to jsonb is written. It is no HTML and jsonb keeps no escapes: with the default encoder "&lt;", "+" and "'" of kernel text become six
    /// characters each, which only costs time. The documents are ours, so well formed.
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

    /// <summary>A document that has no class: written straight to UTF-8, as COPY takes it. The writer is reused: events bring two of them each.</summary>
    public static byte[] Write<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(MaxReused);
        var json = t_json ??= new Utf8JsonWriter(buffer, Unescaped);
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
                (t_buffer, t_json) = (null, null);
            }
        }
    }

    public static CrashReport ReadReport(string json) => JsonSerializer.Deserialize(json, Default.CrashReport)!;

    /// <summary>Null for a report of a version whose words this one does not know.</summary>
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

    /// <summary>JSON has no NaN and no infinity; a printed time of four hundred digits is one.</summary>
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

    // For what goes to Postgres as a string. A class of its own, so that Default is there before it.
    private static class AsText
    {
        public static readonly StoredJson Context = new(new JsonSerializerOptions(Default.Options) { Encoder = StoredJson.Unescaped.Encoder });
    }
}

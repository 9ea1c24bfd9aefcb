using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Postgres;

namespace Mayday.Store.Crashes;

/// <summary>
/// Stores a list of small records in a JSON document as one string (<see cref="RowText"/>). As JSON objects, the frames, registers, modules
/// and instructions of one oops take 10 KB, twice the size of its log, and Postgres spends most of the write time of a crash on their keys.
/// A list whose texts contain a separator is written as objects. Older versions always wrote objects. Both forms are read.
/// </summary>
internal abstract class StoredRows<T> : JsonConverter<IReadOnlyList<T>>
{
    [ThreadStatic]
    private static RowText? s_rows;

    protected abstract void Write(RowText row, T item);

    protected abstract T Read(RowFields row);

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options)
    {
        var rows = s_rows ??= new RowText();
        rows.Clear();
        for (var i = 0; i < value.Count && rows.IsPlain; i++)
        {
            Write(rows, value[i]);
            rows.EndRow();
        }

        if (rows.IsPlain && value.Count > 0)
        {
            writer.WriteStringValue(rows.Text.ToString());
        }
        else
        {
            WriteObjects(writer, value, options);
        }

        if (rows.Text.Capacity > StoredText.MaxJsonString)
        {
            // A hostile report made the buffer grow, so the buffer is not kept.
            s_rows = null;
        }
    }

    public override IReadOnlyList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var list = new List<T>();
        if (reader.TokenType == JsonTokenType.String)
        {
            var text = reader.GetString().AsSpan();
            while (text.IndexOf(RowText.RowEnd) is var end && end >= 0)
            {
                list.Add(Read(new RowFields(text[..end])));
                text = text[(end + 1)..];
            }

            return list;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("A list was expected.");
        }

        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            list.Add(JsonSerializer.Deserialize(ref reader, type) ?? throw new JsonException("A list holds null."));
        }

        return list;
    }

    private static void WriteObjects(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options)
    {
        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (var item in value)
        {
            JsonSerializer.Serialize(writer, item, type);
        }

        writer.WriteEndArray();
    }
}

/// <summary>
/// Columns: function|offset|size|module|stack|marks|source. An empty stack is "task". Marks: ? as printed, i for inlined, g for guilty.
/// </summary>
internal sealed class StoredFrames : StoredRows<StackFrame>
{
    private const string TaskStack = "task";

    protected override void Write(RowText row, StackFrame item) => row
        .Add(item.Function)
        .AddOrNull(item.Offset)
        .AddOrNull(item.Size)
        .AddOrNull(item.Module)
        .AddOrNull(item.Stack == TaskStack ? null : item.Stack)
        .AddOrNull((item.IsReliable, item.IsInlined, item.IsGuilty) is (true, false, false)
            ? null
            : (item.IsReliable ? "" : "?") + (item.IsInlined ? "i" : "") + (item.IsGuilty ? "g" : ""))
        .AddOrNull(item.Source);

    protected override StackFrame Read(RowFields row)
    {
        var (function, offset, size, module, stack, marks) = (row.Text(), row.NumberOrNull(), row.NumberOrNull(), row.TextOrNull(), row.TextOrNull(), row.Text());
        return new StackFrame(function, offset, size, module, !marks.Contains('?'), stack ?? TaskStack, marks.Contains('i'), marks.Contains('g'), row.TextOrNull());
    }
}

/// <summary>Columns: name|value.</summary>
internal sealed class StoredRegisters : StoredRows<RegisterValue>
{
    protected override void Write(RowText row, RegisterValue item) => row.Add(item.Name).Add(item.Value);

    protected override RegisterValue Read(RowFields row) => new(row.Text(), row.Text());
}

/// <summary>Columns: name|flags.</summary>
internal sealed class StoredModules : StoredRows<LoadedModule>
{
    protected override void Write(RowText row, LoadedModule item) => row.Add(item.Name).AddOrNull(item.Flags);

    protected override LoadedModule Read(RowFields row) => new(row.Text(), row.TextOrNull());
}

/// <summary>Columns: bytes|text|mark|note. The mark is * for the faulting instruction.</summary>
internal sealed class StoredInstructions : StoredRows<CodeInstruction>
{
    protected override void Write(RowText row, CodeInstruction item) =>
        row.Add(item.Bytes).Add(item.Text).AddOrNull(item.IsFaulting ? "*" : null).AddOrNull(item.Note);

    protected override CodeInstruction Read(RowFields row) => new(row.Text(), row.Text(), row.TextOrNull() is not null, row.TextOrNull());
}

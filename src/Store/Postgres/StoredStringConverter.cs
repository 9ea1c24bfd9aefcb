using System.Text.Json;
using System.Text.Json.Serialization;
using Mayday.Protocol;

namespace Mayday.Store.Postgres;

/// <summary>Cleans and bounds every string in a stored JSON document. jsonb refuses \u0000, as text does.</summary>
internal sealed class StoredStringConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(StoredText.Clean(value, StoredText.MaxJsonString));
}

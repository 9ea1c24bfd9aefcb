using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mayday.Web.Api;

/// <summary>How the API writes JSON. The encoder is the strict one (ASCII only): what a dying machine said can hurt neither page nor terminal.</summary>
internal static class ApiJson
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DictionaryKeyPolicy = null;
        // "complete": null is an answer ("cannot be told"), so it is written.
        options.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Encoder = JavaScriptEncoder.Default;
        options.Converters.Add(new UtcTimeConverter());
        options.TypeInfoResolverChain.Insert(0, new DefaultJsonTypeInfoResolver { Modifiers = { BaseMembersFirst } });
    }

    /// <summary>A detail begins with the members of its list item, so that id, host and title are the first thing read.</summary>
    private static void BaseMembersFirst(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.Type.BaseType is null || type.Type.BaseType == typeof(object))
        {
            return;
        }

        foreach (var property in type.Properties)
        {
            if (property.AttributeProvider is MemberInfo { DeclaringType: { } declaring } && property.Order == 0)
            {
                property.Order = Depth(declaring);
            }
        }
    }

    private static int Depth(Type type)
    {
        var depth = 0;
        for (var parent = type.BaseType; parent is not null; parent = parent.BaseType)
        {
            depth++;
        }

        return depth;
    }
}

/// <summary>Times are UTC with a Z and microseconds, which is what Postgres keeps: one spelling, sortable as text.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));
}

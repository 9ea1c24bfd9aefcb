using System.Globalization;
using System.Text.Json.Nodes;
using Mayday.Store.Events;
using Microsoft.OpenApi;

namespace Mayday.Web.Api.Events;

/// <summary>What the OpenAPI document says of events beyond what the generator sees.</summary>
internal static class EventApiDocument
{
    /// <summary>The body is read as it comes, so no parameter of the handler tells of it.</summary>
    public static OpenApiRequestBody Body() => new()
    {
        Required = true,
        Description = "evlog's netlink frames back to back (struct nlmsghdr and record, each padded to 4 bytes), or JSON.",
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            ["application/json"] = new()
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string>(StringComparer.Ordinal) { "events" },
                    AdditionalPropertiesAllowed = false,
                    Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                    {
                        ["events"] = new OpenApiSchema { Type = JsonSchemaType.Array, MaxItems = EventBody.MaxEvents, Items = Event() },
                    },
                },
            },
            ["application/octet-stream"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
        },
    };

    /// <summary>Parameters that mean something else here than in other lists; null for all others.</summary>
    public static OpenApiSchema? SchemaOf(string? operation, string? parameter) => (operation, parameter) switch
    {
        ("getEventFormat", "id") or ("listEvents", "format") => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
        ("postEvents", "batch") => new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" },
        ("listEventFormats", "sort") => Words(EventQueries.FormatOrders),
        ("listEventFormats", "severity") => Words(SeverityWords.All),
        _ => null,
    };

    /// <summary>A value of an argument.</summary>
    public static OpenApiSchema Value() => new()
    {
        OneOf = [new OpenApiSchema { Type = JsonSchemaType.String }, new OpenApiSchema { Type = JsonSchemaType.Integer }],
    };

    private static OpenApiSchema Event() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string>(StringComparer.Ordinal) { "facility", "severity" },
        AdditionalPropertiesAllowed = false,
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["facility"] = Text(EventJson.MaxFacility, "Driver or subsystem."),
            ["severity"] = new OpenApiSchema
            {
                OneOf =
                [
                    Words(SeverityWords.All),
                    Number("0 emerg to 7 debug.", 0, 7),
                ],
            },
            ["eventType"] = Number("Facility-specific; the CRC of format where left out, 0 without one.", int.MinValue, uint.MaxValue),
            ["format"] = Text(EventJson.MaxFormat, "The format string, as of printk."),
            ["args"] = new OpenApiSchema { Type = JsonSchemaType.Array, MaxItems = EventJson.MaxArguments, Items = Value() },
            ["text"] = Text(EventJson.MaxText, "The event as a line; printed from format and args where left out."),
            ["data"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Format = "byte",
                Description = $"Payload of a binary event in base64, 1 to {EventJson.MaxData} bytes; not beside format.",
            },
            ["time"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time", Description = "When it happened, on the sender's clock." },
            ["cpu"] = Number(null, 0, int.MaxValue),
            ["pid"] = Number(null, int.MinValue, int.MaxValue),
            ["uid"] = Number(null, 0, uint.MaxValue),
            ["gid"] = Number(null, 0, uint.MaxValue),
            ["pgrp"] = Number(null, int.MinValue, int.MaxValue),
            ["count"] = Number("Of how many equal ones in a row it stands; 1 where left out.", 1, 1_000_000),
            ["fields"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "What is known beside it, such as SUBSYSTEM and DEVICE.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String },
            },
        },
    };

    private static OpenApiSchema Words(IEnumerable<string> words) =>
        new() { Type = JsonSchemaType.String, Enum = [.. words.Select(word => (JsonNode)JsonValue.Create(word)!)] };

    private static OpenApiSchema Text(int maxLength, string description) => new() { Type = JsonSchemaType.String, MaxLength = maxLength, Description = description };

    private static OpenApiSchema Number(string? description, long least, long most) => new()
    {
        Type = JsonSchemaType.Integer,
        Minimum = least.ToString(CultureInfo.InvariantCulture),
        Maximum = most.ToString(CultureInfo.InvariantCulture),
        Description = description,
    };
}

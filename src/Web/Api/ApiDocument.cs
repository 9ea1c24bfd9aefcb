using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Mayday.Analysis;
using Mayday.Protocol;
using Mayday.Store.Events;
using Mayday.Store.Postgres;
using Mayday.Web.Api.Crashes;
using Mayday.Web.Api.Events;
using Mayday.Web.Api.Parameters;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Mayday.Web.Api;

/// <summary>The OpenAPI document (/openapi/v1.json) and the page that shows it (/api).</summary>
internal static class ApiDocument
{
    private static readonly string[] s_transportWords = [.. Enum.GetValues<Transport>().Select(TransportNames.ToWord)];

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Mayday",
                Version = "v1",
                Description = "The last words of dying Linux kernels: what was received, what killed them, and how often. "
                    + "Lists are newest first and take limit and cursor; errors are RFC 9457 problem documents with a stable type.",
            };
            // Whatever address it is read from is the right one.
            document.Servers = [];
            // HEAD is GET without the body; saying so at every path helps nobody.
            foreach (var path in document.Paths.Values)
            {
                path.Operations?.Remove(HttpMethod.Head);
            }

            MakeNullable(document, nameof(CrashDocument), "code", "access");
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            Refine(schema, context);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, _, _) =>
        {
            foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
            {
                parameter.Schema = EventApiDocument.SchemaOf(operation.OperationId, parameter.Name) ?? SchemaOf(parameter.Name) ?? parameter.Schema;
            }

            return Task.CompletedTask;
        });
    });

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && !ApiBoundary.Covers(context), page =>
        {
            page.Use((context, next) =>
            {
                var headers = context.Response.Headers;
                // Swagger UI puts style elements into the page while it runs, and draws from data addresses; scripts come from this server only.
                headers.ContentSecurityPolicy =
                    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";
                headers["Referrer-Policy"] = "no-referrer";
                return next(context);
            });
            page.UseSwaggerUI(options =>
            {
                options.RoutePrefix = "api";
                options.DocumentTitle = "Mayday API";
                options.SwaggerEndpoint("/openapi/v1.json", "Mayday v1");
                // No call to a validator elsewhere: the page works without the internet and tells nobody of it.
                options.EnableValidator(null);
                options.EnableTryItOutByDefault();
                options.DisplayRequestDuration();
            });
        });
    }

    /// <summary>Says what the generator leaves open: all of this is only ever written, so every member is there, and null where it may be null.</summary>
    private static void Refine(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = context.JsonTypeInfo.Type;
        if (type.IsEnum || type == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String;
        }
        else if (type == typeof(DateTimeOffset?))
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
        }

        if (context.JsonPropertyInfo is { IsGetNullable: false } && schema.Type is { } written)
        {
            schema.Type = written & ~JsonSchemaType.Null;
        }

        if (context.JsonPropertyInfo is { Name: "transport" })
        {
            schema.Enum = Words(s_transportWords).Enum;
        }

        if (context.JsonPropertyInfo is { Name: "severity", DeclaringType: { } owner } && owner.Name.StartsWith("Event", StringComparison.Ordinal))
        {
            schema.Enum = Words(SeverityWords.All).Enum;
        }

        if (type == typeof(object))
        {
            schema.OneOf = EventApiDocument.Value().OneOf;
        }
        else if (type == typeof(IReadOnlyList<object>))
        {
            schema.Items = EventApiDocument.Value();
        }

        if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object && type != typeof(ProblemDetails) && schema.Properties is { Count: > 0 } properties)
        {
            schema.Required = properties.Keys.ToHashSet(StringComparer.Ordinal);
        }
    }

    /// <summary>A member that refers to a schema of its own cannot say there that it may be null.</summary>
    private static void MakeNullable(OpenApiDocument document, string schema, params ReadOnlySpan<string> members)
    {
        var properties = document.Components?.Schemas?[schema].Properties ?? throw new InvalidOperationException($"The document has no schema {schema}.");
        foreach (var member in members)
        {
            properties[member] = new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, properties[member]] };
        }
    }

    /// <summary>The body is read as it comes, so no parameter of the handler tells of it.</summary>
    public static OpenApiRequestBody LogBody() => new()
    {
        Required = true,
        Description = "The kernel log as text, at most 64 MiB, uncompressed.",
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            ["text/plain"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
            ["application/octet-stream"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
        },
    };

    /// <summary>Handlers take text, so that a mistake gets a sentence; the document says what the text must be.</summary>
    private static OpenApiSchema? SchemaOf(string? parameter) => parameter switch
    {
        "kind" => Words(EnumWords.All<CrashKind>()),
        "transport" => Words(s_transportWords),
        "sort" => Words(["lastSeen", "firstSeen", "crashes", "hosts"]),
        "id" or "bug" or "incident" => new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" },
        "complete" or "fatal" => new OpenApiSchema { Type = JsonSchemaType.Boolean },
        "limit" => new OpenApiSchema
        {
            Type = JsonSchemaType.Integer,
            Format = "int32",
            Minimum = "1",
            Maximum = PageRequest.MaxLimit.ToString(CultureInfo.InvariantCulture),
            Default = JsonValue.Create(new PageRequest(50).Limit),
        },
        _ => null,
    };

    private static OpenApiSchema Words(IEnumerable<string> words) =>
        new() { Type = JsonSchemaType.String, Enum = [.. words.Select(word => (JsonNode)JsonValue.Create(word)!)] };
}

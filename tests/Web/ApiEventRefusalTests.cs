using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json;
using Mayday.Web.Api;
using Mayday.Web.Api.Events;
using Mayday.Web.Api.Ingest;
using Microsoft.Extensions.DependencyInjection;

namespace Mayday.Web.Tests;

/// <summary>Whole batches that are not taken: why, said and counted. No database is needed to refuse.</summary>
public sealed class ApiEventRefusalTests
{
    public static TheoryData<string, string, HttpStatusCode, string> Refusals => new()
    {
        { "unsupportedType", "text/plain|{\"events\":[]}", HttpStatusCode.UnsupportedMediaType, "unsupported-events" },
        { "unsupportedType", "|{\"events\":[]}", HttpStatusCode.UnsupportedMediaType, "unsupported-events" },
        { "unsupportedType", "application/json; charset=latin1|{\"events\":[]}", HttpStatusCode.UnsupportedMediaType, "unsupported-events" },
        { "unsupportedType", "application/x-www-form-urlencoded|{\"events\":[]}", HttpStatusCode.UnsupportedMediaType, "unsupported-events" },
        { "encoded", "application/json|{\"events\":[]}|Content-Encoding: gzip", HttpStatusCode.UnsupportedMediaType, "unsupported-events" },
        { "empty", "application/octet-stream|", HttpStatusCode.BadRequest, "empty-body" },
        { "invalidBody", "application/json|", HttpStatusCode.BadRequest, "invalid-body" },
        { "invalidBody", "application/json|[]", HttpStatusCode.BadRequest, "invalid-body" },
        { "invalidBody", "application/json|{\"events\":{}}", HttpStatusCode.BadRequest, "invalid-body" },
        { "invalidBody", "application/json|{\"events\":[],\"batch\":1}", HttpStatusCode.BadRequest, "invalid-body" },
        { "invalidBody", "application/json|{\"events\":[", HttpStatusCode.BadRequest, "invalid-body" },
        { "invalidBody", "application/json|{\"events\":[[[[[[[[[[[1]]]]]]]]]]]}", HttpStatusCode.BadRequest, "invalid-body" },
        { "crossSite", "application/json|{\"events\":[]}|Origin: https://elsewhere.example", HttpStatusCode.Forbidden, "cross-site" },
        { "invalidParameter", "application/json|{\"events\":[]}|?batch=7", HttpStatusCode.BadRequest, "invalid-parameter" },
        { "tooMany", "application/json|many", HttpStatusCode.RequestEntityTooLarge, "body-too-large" },
        { "tooLarge", "application/octet-stream|large", HttpStatusCode.RequestEntityTooLarge, "body-too-large" },
        { "busy", "application/json|{\"events\":[]}", HttpStatusCode.ServiceUnavailable, "intake-busy" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task RefusedBatch_SaysWhyAndIsCounted(string reason, string described, HttpStatusCode status, string type)
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        if (reason == "busy")
        {
            Assert.True(host.Services.GetRequiredService<IntakeBudget>().TryTake(IntakeBudget.DefaultCapacity));
        }

        using var counted = new CountedRefusals(host.Services);
        var parts = described.Split('|');
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events" + (parts is [_, _, ['?', ..] query] ? query : ""))
        {
            Content = new ByteArrayContent(BodyOf(parts[1])),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", parts[0].Length == 0 ? null : parts[0]);
        if (parts is [_, _, var header] && header.Split(": ") is [var name, var value])
        {
            (name == "Content-Encoding" ? (System.Net.Http.Headers.HttpHeaders)request.Content.Headers : request.Headers).TryAddWithoutValidation(name, value);
        }

        // Otherwise the client may still be sending when the answer comes and the connection closes.
        request.Headers.ExpectContinue = parts[1] == "large";
        var answer = await host.Client.SendAsync(request);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal((status, "urn:mayday:problem:" + type), (answer.StatusCode, problem.GetProperty("type").GetString()));
        Assert.Equal([$"reason={reason} 1"], counted.Values);
        Assert.Equal(reason == "busy", answer.Headers.RetryAfter is not null);
        if (reason != "busy")
        {
            Assert.Equal(0, host.Services.GetRequiredService<IntakeBudget>().Taken);
        }
    }

    private static byte[] BodyOf(string described) => described switch
    {
        "many" => Encoding.UTF8.GetBytes("{\"events\":[" + string.Join(',', Enumerable.Repeat("1", EventBody.MaxEvents + 1)) + "]}"),
        "large" => new byte[EventBody.MaxBytes + 1],
        _ => Encoding.UTF8.GetBytes(described),
    };

    private sealed class CountedRefusals : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<string> _values = [];

        public CountedRefusals(IServiceProvider services)
        {
            // Other tests have meters of the same name in this process.
            var factory = services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "mayday.web.events.refused" && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                lock (_values)
                {
                    _values.Add($"{tags[0].Key}={tags[0].Value} {value}");
                }
            });
            _ = services.GetRequiredService<ApiInstruments>();
            _listener.Start();
        }

        public IReadOnlyList<string> Values
        {
            get
            {
                lock (_values)
                {
                    return [.. _values];
                }
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}

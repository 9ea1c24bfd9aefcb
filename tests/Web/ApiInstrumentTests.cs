using System.Diagnostics.Metrics;
using System.Text;
using Mayday.Web.Api;
using Mayday.Web.Api.Ingest;
using Microsoft.Extensions.DependencyInjection;

namespace Mayday.Web.Tests;

public sealed class ApiInstrumentTests
{
    public static TheoryData<string, string> Refusals => new()
    {
        { "empty", "POST /api/v1/dumps||" },
        { "binary", "POST /api/v1/dumps||BZh91AY" },
        { "unsupportedType", "POST /api/v1/dumps|Content-Type: application/json|{}" },
        { "encoded", "POST /api/v1/dumps|Content-Encoding: br|x" },
        { "crossSite", "POST /api/v1/dumps|Origin: https://elsewhere.example|x" },
        { "invalidParameter", "POST /api/v1/dumps?time=soon||x" },
        { "tooLarge", "POST /api/v1/dumps|Content-Length: 99999999|" },
        { "busy", "POST /api/v1/dumps||x" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task RefusedDump_IsCountedWithItsReason(string reason, string described)
    {
        await using var host = await ApiHost.StartAsync(ApiHost.NoPostgres);
        if (reason == "busy")
        {
            Assert.True(host.Services.GetRequiredService<IntakeBudget>().TryTake(IntakeBudget.DefaultCapacity));
        }

        List<string> counted = [];
        using var listener = new MeterListener();
        var factory = host.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            // Other tests have meters of the same name in this process.
            if (instrument.Name == "mayday.web.dumps.refused" && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            lock (counted)
            {
                counted.Add($"{tags[0].Key}={tags[0].Value} {value}");
            }
        });
        _ = host.Services.GetRequiredService<ApiInstruments>();
        listener.Start();

        var parts = described.Split('|');
        var headers = parts[1].Length == 0 ? "" : parts[1] + "\r\n";
        var length = headers.StartsWith("Content-Length", StringComparison.Ordinal) ? "" : $"Content-Length: {parts[2].Length}\r\n";
        var answer = await ApiSocket.SendAsync(
            host.Client.BaseAddress!, Encoding.ASCII.GetBytes($"{parts[0]} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}{length}\r\n{parts[2]}"));

        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.Equal([$"reason={reason} 1"], counted);
    }
}
